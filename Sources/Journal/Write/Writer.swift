internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform
internal import Synchronization

/// Group commit: one thread decides and writes, and while a batch syncs the next one is built, where it is worth a write
/// of its own (`Inbox.isReady`).
///
/// A batch whose sync nobody else is at is synced by the writer itself, if nothing waits to be decided: a
/// single appender costs no change of threads. Otherwise it goes to the syncing thread, and one sync covers all
/// that was written before it began.
final class Writer: Sendable {
    fileprivate struct Syncing {
        var batches: [Batch] = []
        var isBusy = false
        /// The writer waits for the end of a sync.
        var isWaitedFor = false
        var isStopping = false
        var durable: UInt64
        var failure: (path: String, errno: Errno)?
    }

    /// For so long the writer looks for the next append before it sleeps, if appends come one by one: waking a
    /// thread costs about as much as half a sync.
    private static let spinNanoseconds: Int64 = 60_000

    /// Held by whoever writes: the writing thread, or a thread that appends and waits.
    private let role = Mutex<Void>(())
    private let core: Mutex<WriterCore>
    /// How many appends were handed over: what the writer looks at without entering the monitor.
    private let submitted = Atomic<UInt64>(0)
    private let inbox = Monitor(Inbox())
    private let syncing: Monitor<Syncing>
    private let view: JournalView
    private let preparer: SegmentPreparer
    private let watermarkFile: WatermarkFile?
    private let options: JournalOptions
    /// A thread syncs.
    private let hasThreads: Bool
    /// Resolves appends again, off this thread.
    private struct Resolving {
        var again: (@Sendable ([PendingAppend]) -> Void)?
    }
    private let resolving = Mutex(Resolving())

    init(
        core: consuming sending WriterCore, durable: UInt64, view: JournalView,
        preparer: SegmentPreparer, watermarkFile: WatermarkFile?, options: JournalOptions,
        hasThreads: Bool
    ) {
        self.core = Mutex(core)
        self.view = view
        self.preparer = preparer
        self.watermarkFile = watermarkFile
        self.options = options
        self.hasThreads = hasThreads
        syncing = Monitor(Syncing(durable: durable))
    }

    func onResolveAgain(_ body: @escaping @Sendable ([PendingAppend]) -> Void) {
        resolving.withLock { $0.again = body }
    }

    /// What the journal stopped with, nil while it runs.
    var failure: (path: String, errno: Errno)? { syncing.withLock { $0.failure } }

    // MARK: Submitting

    /// Hands over a resolved append; whether it was taken: none is once the journal closes.
    func submit(_ append: PendingAppend, _ facts: Facts, wakes: Bool = true) -> Bool {
        let (isClosing, isReady) = inbox.withLock { inbox in
            if !inbox.isClosing { inbox.add(append, facts) }
            return (inbox.isClosing, inbox.isReady)
        }
        if isClosing || !wakes { return !isClosing }
        submitted.wrappingAdd(1, ordering: .releasing)
        if isReady { inbox.signal() }
        return true
    }

    /// Hands over a resolved append on a thread that will wait for its answer. Where nobody writes, this thread
    /// does: the append costs no change of threads then.
    func submitAndWrite(_ append: PendingAppend, _ facts: Facts) {
        if !submit(append, facts, wakes: false) { return append.end(.failure(.closed())) }
        let wrote = role.withLockIfAvailable { _ in
            write(inbox.withLock { $0.takeAll() })
            return true
        }
        // Whoever writes may have looked at the inbox just before.
        if wrote == nil { inbox.signal() }
    }

    // MARK: Threads

    /// The writing thread: until `close`.
    func runWriting() {
        var isAlone = false
        while true {
            // First it says that it may sleep without limit, and then it looks: whoever writes in between wakes it.
            inbox.withLock { $0.sleepsWithoutLimit = true }
            let unmarked = core.withLock { $0.unmarked }
            if isAlone {
                let seen = submitted.load(ordering: .acquiring)
                _ = Spin.wait(nanoseconds: Self.spinNanoseconds) {
                    submitted.load(ordering: .acquiring) != seen
                }
            }
            let woken = inbox.wait(
                timeoutNanoseconds: unmarked == nil ? nil : options.idleMarkNanoseconds,
                until: { $0.isToWake(hasLimit: unmarked != nil) },
                then: { inbox, _ in inbox.wake() })
            switch woken {
            case .closing: return
            case .markWanted: isAlone = false
            case .idle:
                isAlone = false
                // What another thread has written meanwhile begins another idle moment.
                if core.withLock({ $0.unmarked == unmarked }) {
                    role.withLock { _ in writeMark() }
                }
            case .work:
                role.withLock { _ in
                    let work = inbox.withLock { $0.takeAll() }
                    isAlone = work.count == 1
                    write(consume work)
                }
            }
        }
    }

    /// The syncing thread: until `close`.
    func runSyncing() {
        while true {
            let batches: [Batch]? = syncing.wait(
                until: { !$0.isBusy && (!$0.batches.isEmpty || $0.isStopping) },
                then: { $0.batches.isEmpty ? nil : $0.take() })
            guard let batches else { return }
            finish(consume batches)
        }
    }

    /// One round by hand: what is waiting is decided, written, synced and answered. For tests, which run a
    /// journal without threads.
    func step() {
        write(inbox.withLock { $0.takeAll() })
        syncWaiting()
    }

    /// The mark of an idle moment, by hand.
    func stepIdle() { writeMark() }

    /// Takes no more appends, answers those under way, and marks the journal as closed.
    func close(_ threads: [Thread]) {
        inbox.withLock { $0.isClosing = true }
        inbox.broadcast()
        threads.first?.join()
        if threads.isEmpty { step() }
        syncing.withLock { $0.isStopping = true }
        syncing.broadcast()
        for thread in threads.dropFirst() { thread.join() }
        role.withLock { _ in
            if failure != nil || !core.withLock({ $0.isUsed }) { return }
            var outcome = core.withLock { [durable] in
                $0.mark([.mark, .closed], durable: durable)
            }
            hand(&outcome)
            syncWaiting()
        }
    }

    // MARK: Rounds

    private var durable: UInt64 { syncing.withLock { $0.durable } }

    /// Decides and writes appends, and lets go of each before it is handed on: see `answer`.
    private func write(_ work: consuming [(PendingAppend, Facts)]) {
        if work.isEmpty { return }
        var rest = (consume work)[...]
        while !rest.isEmpty {
            view.index.waitForRoom()
            if let failure {
                for (append, _) in rest {
                    append.end(.failure(.poisoned(failure.path, failure.errno)))
                }
                return
            }
            let durable = durable
            let indexed = view.watermark.mark.frame
            var outcome = core.withLock { [rest] in
                $0.round(rest, durable: durable, indexed: indexed)
            }
            // A slice without elements would hold those that were before it.
            rest = outcome.rest.isEmpty ? [] : outcome.rest
            outcome.rest = []
            sendBack(outcome.back)
            hand(&outcome, isLast: rest.isEmpty)
            if outcome.isFull { waitForSync() }
        }
        let used = core.withLock { $0.usedBytes }
        preparer.progress(used.bytes, of: used.of)
    }

    /// Waits until some more of what was written is readable.
    private func waitForSync() {
        if !hasThreads { return syncWaiting() }
        let before = view.watermark.mark.frame
        syncing.broadcast()
        syncing.wait(
            until: { syncing in
                syncing.isWaitedFor = true
                let isIdle = !syncing.isBusy && syncing.batches.isEmpty
                return isIdle || syncing.failure != nil || view.watermark.mark.frame > before
            },
            then: { $0.isWaitedFor = false })
    }

    private func writeMark() {
        // A mark written while a sync is under way would not say that what it covers is durable.
        let isQuiet = syncing.withLock { syncing in
            syncing.failure == nil && !syncing.isBusy && syncing.batches.isEmpty
        }
        if !isQuiet { return }
        var outcome = core.withLock { [durable] in $0.mark(.mark, durable: durable) }
        hand(&outcome)
        syncWaiting()
    }

    /// Passes a written batch on to be synced, or syncs it here; nobody else holds it then: see `answer`.
    private func hand(_ outcome: inout WriterCore.Outcome, isLast: Bool = true) {
        if let failure = outcome.failure {
            // What waits for a sync is as unknown as this batch: the file is not to be trusted any more.
            poison(failure, [outcome.batch])
            return
        }
        if outcome.batch.isEmpty { return }
        let (isAlone, wakes) = inbox.withLock { inbox in
            inbox.isSyncing = true
            let wakes = !outcome.batch.parts.isEmpty && inbox.wantMark()
            return (isLast && inbox.work.isEmpty, wakes)
        }
        if wakes { inbox.signal() }
        let isMine = syncing.withLock { syncing in
            syncing.batches.append(outcome.batch)
            outcome.batch = Batch()
            return isAlone && !syncing.isBusy && syncing.batches.count == 1
        }
        if isMine { syncWaiting() } else { syncing.broadcast() }
    }

    /// Syncs and answers what waits for it, on this thread, unless another is at it.
    private func syncWaiting() {
        while let batches = syncing.withLock({ $0.isBusy || $0.batches.isEmpty ? nil : $0.take() })
        {
            finish(consume batches)
        }
    }

    /// Makes batches durable, readable and answered, in this order.
    private func finish(_ taken: consuming [Batch]) {
        var batches = taken
        if let failure {
            poison(failure, batches)
        } else {
            do throws(SyncFailure) {
                try sync(batches)
                syncEnded()
                publish(batches)
                answer(&batches)
            } catch {
                poison((error.path, error.errno), batches)
            }
        }
        let isWaitedFor = syncing.withLock { syncing in
            syncing.isBusy = false
            return syncing.isStopping || syncing.isWaitedFor || !syncing.batches.isEmpty
        }
        // Waking a thread that finds nothing to do would cost an append more than deciding it.
        if isWaitedFor { syncing.broadcast() }
    }

    /// Has the writing thread go on with what waited for the end of a sync, unless the next one begins at once.
    private func syncEnded() {
        if syncing.withLock({ !$0.batches.isEmpty }) { return }
        // What is handed over just now says again that it is to be synced, or what follows it is written early.
        let isReady = inbox.withLock { inbox in
            inbox.isSyncing = false
            return inbox.isReady
        }
        if isReady { inbox.signal() }
    }

    private struct SyncFailure: Error {
        var path: String
        var errno: Errno
    }

    /// Syncs each file once, in the order of their frames.
    private func sync(_ batches: [Batch]) throws(SyncFailure) {
        var last: OpenFile?
        for file in batches.flatMap(\.files) where file !== last {
            do throws(Errno) { try file.sync() } catch {
                throw SyncFailure(path: file.path, errno: error)
            }
            last = file
        }
    }

    private func publish(_ batches: [Batch]) {
        var mark: Watermark.Mark?
        for part in batches.flatMap(\.parts) {
            if let last = view.lastSegment, last !== part.segment {
                view.add(part.segment)
                preparer.store(last)
            }
            for (number, frame) in part.frames.enumerated() {
                view.publish(
                    frame, part.fields[number], in: part.block.bytes, base: part.base, part.segment)
            }
        }
        for sealing in batches.flatMap(\.sealings) { preparer.sealed(sealing) }
        for batch in batches {
            if let durable = batch.durable { syncing.withLock { $0.durable = durable } }
            mark = batch.mark ?? mark
        }
        if let mark {
            view.watermark.advance(to: mark)
            watermarkFile?.write(mark)
        }
    }

    /// Tells who waits, and lets go of each append before: whoever submitted it may keep it, and then frees it himself.
    private func answer(_ batches: inout [Batch]) {
        for index in batches.indices {
            var answers = batches[index].answers
            batches[index].answers = []
            answers.reverse()
            while !answers.isEmpty { Self.tell(answers.removeLast()) }
        }
    }

    private static func tell(_ answer: consuming Batch.Answer) {
        answer.append.leave()
        let (done, result) = (answer.append.done, answer.result)
        _ = consume answer
        done(result)
    }

    /// No more appends. What may or may not be on the disk is answered so; what rests on it was not written.
    private func poison(_ failure: (path: String, errno: Errno), _ batches: [Batch]) {
        let waiting = syncing.withLock { syncing in
            if syncing.failure == nil { syncing.failure = failure }
            defer { syncing.batches = [] }
            return syncing.batches
        }
        // Nothing is synced any more: what comes is refused, and does not wait for the end of a sync.
        inbox.withLock { $0.isSyncing = false }
        inbox.signal()
        for answer in (batches + waiting).flatMap(\.answers) {
            switch answer.result {
            case .success:
                answer.append.end(.failure(.outcomeUnknown(failure.path, failure.errno)))
            case .failure:
                answer.append.end(.failure(.poisoned(failure.path, failure.errno)))
            }
        }
    }

    /// Has appends resolved again; those of the same submitters that came in since go with them.
    private func sendBack(_ appends: [PendingAppend]) {
        if appends.isEmpty { return }
        var again: [PendingAppend] = []
        var numbers: [ObjectIdentifier: Int] = [:]
        var ordered: [(submitter: Submitter, appends: [PendingAppend])] = []
        for append in appends {
            guard let submitter = append.submitter else {
                again.append(append)
                continue
            }
            let number = numbers[ObjectIdentifier(submitter)] ?? ordered.count
            if number == ordered.count {
                numbers[ObjectIdentifier(submitter)] = number
                ordered.append((submitter, []))
            }
            ordered[number].appends.append(append)
        }
        for (submitter, appends) in ordered {
            again += submitter.putBack(appends) { inbox.withLock { $0.recall(submitter) } }
        }
        resolving.withLock { $0 }.again?(again)
    }
}

extension Writer.Syncing {
    fileprivate mutating func take() -> [Batch] {
        defer {
            batches = []
            isBusy = true
        }
        return batches
    }
}
