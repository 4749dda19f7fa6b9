internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform
internal import Synchronization

/// Compares the runs of an index with the events they stand for: every checksum, that they join, what they say, and
/// that their filters let through all they have.
/// What is wrong with them is wrong with nothing else.
///
/// What the runs say is read on a thread of its own, beside the events. Memory: the filter of one run, and 16 bytes or a few
/// more for each consumer and each key of a system record.
struct IndexCheck {
    private let found: IndexFiles.Found
    private let reading: RunsReading
    /// The run to which the next frame belongs, what the frames up to it say, and how many they were.
    private var number = 0
    private var sum = RunSum()
    private var frames: UInt64 = 0
    /// By the hash of a name, that of the last value under it; nil where a run may have it or not.
    private var values: [UInt64: UInt64?] = [:]
    /// By run, what it has to say; nil where not all of its frames could be read.
    private var sums: [RunSum?] = []

    init(_ environment: JournalEnvironment, _ paths: JournalPaths, _ folder: JournalFolder) {
        found = IndexFiles(environment.disk, paths, filterBytesMax: 0).load(folder)
        reading = RunsReading(
            found.runs, environment.hasThreads ? environment.startThread : nil)
    }

    /// Reads no more of the runs. To be called whatever became of the check.
    func end() { reading.end() }

    /// Whether there is no index of so many events as would have one.
    func isMissing(of events: UInt64) -> Bool {
        found.isMissing(of: events, runEventsMin: JournalOptions().indexRunEventsMin)
    }

    /// Whether runs hold all up to a frame: its segment is not read to open the journal.
    func covers(frame: UInt64) -> Bool {
        found.runs.last.map { $0.footer.extent.end.frame >= frame } ?? false
    }

    /// Takes in the next frame.
    mutating func take(_ frame: ScannedFrame) {
        while number < found.runs.count, frame.number > lastFrame { endRun() }
        guard number < found.runs.count else { return }
        let run = found.runs[number]
        defer { if frame.number == lastFrame { endRun() } }
        frame.forEachEvent { sum.add($0, run.footer.hash) }
        frames += 1
        guard let fields = frame.fields else { return }
        var said = RecentValues()
        said.take(fields)
        for name in said.trackingNames() + said.recordNames() {
            guard let (hash, value) = name.hashes(run.footer.hash, isBottom: false) else {
                continue
            }
            let isSaid = name.hashes(run.footer.hash, isBottom: run.isBottom) != nil
            values[hash] = .some(isSaid ? value : nil)
        }
    }

    /// The last frame of the present run.
    private var lastFrame: UInt64 { found.runs[number].footer.extent.end.frame }

    private mutating func endRun() {
        let extent = found.runs[number].footer.extent
        for case (let name, let value?) in values { sum.add(name: name, value: value) }
        sums.append(frames == extent.end.frame - extent.frameBefore ? sum : nil)
        (sum, frames, values) = (RunSum(), 0, [:])
        number += 1
    }

    /// What is wrong. Blocks.
    /// - Throws: `inputOutput`.
    func findings() throws(StoreError) -> [Verifier.Finding] {
        var findings = found.damaged.map { Verifier.Finding.derived("it cannot be opened", $0) }
        findings += found.misfits.map {
            .derived("it begins or ends elsewhere than the runs and segments around it", $0)
        }
        for (number, said) in try reading.wait().enumerated() {
            switch said {
            case .finding(let finding): findings.append(finding)
            case .sum(let said):
                if number < sums.count, let sum = sums[number], sum != said {
                    let path = found.runs[number].file.path
                    findings.append(.derived("it does not say what the events say", path))
                }
            }
        }
        return findings
    }
}

/// Reads all that some runs say, on a thread of its own where there are any.
private final class RunsReading: Sendable {
    enum Said {
        case sum(RunSum)
        case finding(Verifier.Finding)
    }

    private struct State {
        var said: Result<[Said], StoreError>?
        var isGivenUp = false
    }

    private let runs: [Run]
    private let state = Monitor(State())
    private let thread = Mutex<Thread?>(nil)

    init(_ runs: [Run], _ start: JournalEnvironment.ThreadStart?) {
        self.runs = runs
        if runs.isEmpty { return }
        // Where there is none to be had, whoever waits reads.
        let started = start.flatMap { start in try? start("daybook-check") { self.read() } }
        thread.withLock { $0 = started }
    }

    /// What each of them says. Blocks.
    /// - Throws: `inputOutput`.
    func wait() throws(StoreError) -> [Said] {
        if thread.withLock({ $0 == nil }) { read() }
        let said = state.wait(until: { $0.said != nil }, then: { $0.said })
        return try said?.get() ?? []
    }

    func end() {
        state.withLock { $0.isGivenUp = true }
        thread.withLock { $0 }?.join()
    }

    private func read() {
        let said = Result { () throws(StoreError) in
            var said: [Said] = []
            for run in runs where !state.withLock({ $0.isGivenUp }) {
                said.append(try Self.read(run))
            }
            return said
        }
        state.withLock { $0.said = said }
        state.broadcast()
    }

    private static func read(_ run: Run) throws(StoreError) -> Said {
        do throws(RunFailure) {
            try run.verify()
            return .sum(try run.sum())
        } catch {
            switch error {
            case .damaged(let path, let offset, let why, _):
                return .finding(.derived(why, path, offset: offset))
            case .failed(let errno), .unwritable(let errno):
                throw .inputOutput("A file of the index cannot be read", run.file.path, errno)
            case .wouldBlock, .stopped: preconditionFailure("it may wait, and nobody stops it")
            }
        }
    }
}
