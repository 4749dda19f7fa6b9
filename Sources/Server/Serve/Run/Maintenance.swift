internal import Daybook
internal import DaybookKurrentDB
internal import DaybookPlatform
internal import DaybookStore
internal import Synchronization

/// Looks after the journals beside their requests: one compaction at a time, of each that is open, and the log tells how it
/// goes.
final class Maintenance: Sendable {
    private struct Work {
        let id: String
        let task: Task<Void, Never>
    }

    private struct State {
        var work: Work?
        var isEnding = false
    }

    private let journals: OpenJournals
    /// Nil: as fast as it goes.
    private let bytesPerSecond: Int?
    private let log: Log
    private let time: any TimeSource
    private let state = Mutex(State())

    init(_ journals: OpenJournals, bytesPerSecond: Int?, _ log: Log, _ time: any TimeSource) {
        self.journals = journals
        self.bytesPerSecond = bytesPerSecond
        self.log = log
        self.time = time
    }

    func startCompaction() -> (id: String, isNew: Bool) {
        state.withLock { state in
            if let work = state.work { return (work.id, false) }
            let id = EventID().description
            let task = Task { [self] in
                await compact(id)
                self.state.withLock { $0.work = nil }
            }
            if state.isEnding { task.cancel() }
            state.work = Work(id: id, task: task)
            return (id, true)
        }
    }

    func stopCompaction(_ id: String) -> Bool {
        state.withLock { state in
            guard let work = state.work, work.id == id else { return false }
            work.task.cancel()
            return true
        }
    }

    /// Has what is under way end soon, and whatever is begun from now on; what was done stays done.
    func cancel() {
        state.withLock { state in
            state.isEnding = true
            state.work?.task.cancel()
        }
    }

    /// Waits until nothing is under way.
    func settled() async { await state.withLock { $0.work?.task }?.value }

    private func compact(_ id: String) async {
        for store in journals.all {
            await compact(store, id)
            // The first tells of its end in any case.
            if Task.isCancelled { break }
        }
    }

    private func compact(_ store: EmbeddedStore, _ id: String) async {
        let journal = store.journalName
        log.info("compaction started", ["compaction": .text(id), "journal": .text(journal)])
        let (log, pace) = (log, ProgressPace(time))
        do throws(StoreError) {
            let report = try await store.compact(bytesPerSecond: bytesPerSecond) { report in
                if !pace.isDue() { return }
                log.info(
                    "compacting",
                    [
                        "compaction": .text(id), "journal": .text(journal),
                        "bytes": .count(report.bytesRead),
                        "of": .count(report.bytesTotal),
                    ])
            }
            log.info(
                report.isComplete ? "compaction ended" : "compaction stopped",
                [
                    "compaction": .text(id), "journal": .text(journal),
                    "segments": .count(report.segmentsRead),
                    "written": .count(report.segmentsWritten),
                    "removed": .count(report.eventsRemoved),
                    "before": .count(report.bytesBefore), "after": .count(report.bytesAfter),
                    "spare": .count(report.bytesSpare),
                ])
        } catch {
            log.error(
                "compaction failed",
                [
                    "compaction": .text(id), "journal": .text(journal),
                    "code": .text(error.code.description),
                    "why": .text(error.why), "remedy": .text(error.remedy),
                    "place": .text(error.place ?? ""),
                ])
        }
    }
}
