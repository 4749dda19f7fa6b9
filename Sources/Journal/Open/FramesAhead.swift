internal import DaybookPlatform

/// Reads and checks the frames of a segment on a thread of its own, some steps ahead of whoever takes them in: an index is
/// made anew by two processors then.
///
/// Memory: a few megabytes, and what one frame is longer.
final class FramesAhead: Sendable {
    private enum End {
        /// There are no more.
        case over
        case stopped(FrameScanner.Stop)
    }

    private struct State {
        /// Of each step its frames.
        var read: [[ScannedFrame]] = []
        var end: End?
        var isGivenUp = false
    }

    private static let stepBytes = 512 << 10
    private static let stepsMax = 4
    private let state = Monitor(State())

    /// Starts a thread that reads all that a scanner finds.
    static func start(
        _ scanner: FrameScanner, _ start: JournalEnvironment.ThreadStart
    ) throws(Errno) -> (FramesAhead, Thread) {
        let frames = FramesAhead()
        let thread = try start("daybook-scan") { frames.read(scanner) }
        return (frames, thread)
    }

    private func read(_ scanner: FrameScanner) {
        var scanner = scanner
        while true {
            let (frames, end) = Self.step(&scanner)
            let goesOn = state.wait(
                until: { $0.read.count < Self.stepsMax || $0.isGivenUp },
                then: { state in
                    state.read.append(frames)
                    state.end = end
                    return end == nil && !state.isGivenUp
                })
            state.broadcast()
            if !goesOn { return }
        }
    }

    private static func step(_ scanner: inout FrameScanner) -> ([ScannedFrame], End?) {
        var frames: [ScannedFrame] = []
        var bytes = 0
        do throws(FrameScanner.Stop) {
            while bytes < stepBytes {
                guard let frame = try scanner.next() else { return (frames, .over) }
                bytes += frame.range.count
                frames.append(frame)
            }
            return (frames, nil)
        } catch {
            return (frames, .stopped(error))
        }
    }

    /// The frames of the next step; nil behind the last one.
    /// - Throws: what the scanner stopped with, behind the frames before it.
    func next() throws(FrameScanner.Stop) -> [ScannedFrame]? {
        let taken = state.wait(
            until: { !$0.read.isEmpty || $0.end != nil },
            then: { state -> ([ScannedFrame]?, End?) in
                if state.read.isEmpty { return (nil, state.end) }
                return (state.read.removeFirst(), nil)
            })
        state.broadcast()
        if case .stopped(let stop) = taken.1 { throw stop }
        return taken.0
    }

    /// Nobody takes any more.
    func giveUp() {
        state.withLock { $0.isGivenUp = true }
        state.broadcast()
    }
}

/// The frames of a segment, one after the other: read here, or ahead by a thread where that pays.
struct FrameSource {
    private var scanner: FrameScanner
    private var ahead: (frames: FramesAhead, thread: Thread)?
    private var step: [ScannedFrame] = []
    private var taken = 0

    /// - Parameter start: starts threads; nil: read here.
    init(_ scanner: FrameScanner, _ start: JournalEnvironment.ThreadStart?) {
        self.scanner = scanner
        // Where there is none to be had, here will do.
        ahead = start.flatMap { try? FramesAhead.start(scanner, $0) }
    }

    /// The next frame; nil behind the last.
    mutating func next() throws(FrameScanner.Stop) -> ScannedFrame? {
        guard let ahead else { return try scanner.next() }
        while taken == step.count {
            guard let more = try ahead.frames.next() else { return nil }
            step = more
            taken = 0
        }
        taken += 1
        return step[taken - 1]
    }

    /// Ends the thread, if there is one. To be called whatever became of the frames.
    func end() {
        ahead?.frames.giveUp()
        ahead?.thread.join()
    }
}
