internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

/// Compares the runs of an index with the events they stand for: every checksum, that they join, what they say, and
/// that their filters let through all they have.
/// What is wrong with them is wrong with nothing else.
///
/// Memory: the index of one segment, the filter of one run, and 16 bytes or a few more for each consumer and each key of a system record.
struct IndexCheck {
    private let found: IndexFiles.Found
    /// The run to which the next frame belongs, what the frames up to it say, and how many they were.
    private var number = 0
    private var sum = RunSum()
    private var frames: UInt64 = 0
    /// By the hash of a name, that of the last value under it; nil where a run may have it or not.
    private var values: [UInt64: UInt64?] = [:]
    /// The events of the present segment.
    private var events: EventIndex?
    /// By run, what it has to say; nil where not all of its frames could be read.
    private var sums: [RunSum?] = []

    init(_ disk: any Disk, _ paths: JournalPaths, _ folder: JournalFolder) {
        found = IndexFiles(disk, paths, filterBytesMax: 0).load(folder)
    }

    /// Whether there is no index of so many events as would have one.
    func isMissing(of events: UInt64) -> Bool {
        found.runs.isEmpty && found.damaged.isEmpty && found.misfits.isEmpty
            && events >= UInt64(JournalOptions().indexRunEventsMin)
    }

    /// Takes in the next frame.
    mutating func take(_ frame: ScannedFrame) {
        while number < found.runs.count, frame.number > lastFrame { endRun() }
        guard number < found.runs.count else { return }
        let run = found.runs[number]
        defer { if frame.number == lastFrame { endRun() } }
        var events = events ?? EventIndex(hash: run.footer.hash)
        self.events = nil
        frame.add(to: &events)
        self.events = events
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

    /// Hears that a segment ends: of no more than one the index is held.
    mutating func endSegment() {
        guard number < found.runs.count else { return }
        if let events { sum.add(events.sum(found.runs[number].footer.hash)) }
        events = nil
    }

    /// The last frame of the present run.
    private var lastFrame: UInt64 { found.runs[number].footer.extent.end.frame }

    private mutating func endRun() {
        endSegment()
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
        for (number, run) in found.runs.enumerated() {
            let said: RunSum
            do throws(RunFailure) {
                try run.verify()
                said = try run.sum()
            } catch {
                switch error {
                case .damaged(let path, let offset, let why, _):
                    findings.append(.derived(why, path, offset: offset))
                case .failed(let errno):
                    throw .inputOutput("A file of the index cannot be read", run.file.path, errno)
                case .wouldBlock, .unwritable, .stopped: break
                }
                continue
            }
            if number < sums.count, let sum = sums[number], sum != said {
                findings.append(.derived("it does not say what the events say", run.file.path))
            }
        }
        return findings
    }
}
