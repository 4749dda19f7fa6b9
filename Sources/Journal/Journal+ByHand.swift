internal import Daybook
internal import Synchronization

// By hand, for tests without threads.
extension Journal {
    /// Decides, writes, syncs and answers what was submitted.
    package func step() { writing?.writer.step() }
    /// Has an append recorded and answered.
    func submitByHand(_ encoded: EncodedAppend) -> Result<Appended, StoreError> {
        let answer = Mutex<Result<Appended, StoreError>?>(nil)
        submit(encoded) { result in answer.withLock { $0 = result } }
        while true {
            if let result = answer.withLock({ $0 }) { return result }
            step()
        }
    }
    /// What the writer does when nothing came for a while.
    package func stepIdle() { writing?.writer.stepIdle() }
    /// One step of preparing ahead: whether there was one to do.
    package func stepPreparing() -> Bool { writing?.preparer.work() ?? false }
    /// One step of writing and merging the parts of the index: whether there was one to do.
    package func stepIndex() -> Bool {
        writing?.keeper.work(merging: options.indexMergeRuns) ?? false
    }
    /// Writes the index that is in memory, as a closing with threads does.
    func finishIndex() { writing?.keeper.finish() }
    /// Asks for a segment ahead, as the threads do.
    package func askAhead() { writing?.preparer.askAhead() }
    /// Looks for what a writer elsewhere made durable.
    package func refresh() { follower?.refresh() }
}
