internal import DaybookBytes
internal import DaybookPlatform
internal import Synchronization

/// Where bytes go in the end: a standard stream, or what a test collects.
protocol ByteSink: Sendable {
    func write(_ bytes: borrowing RawSpan) throws(Errno)
}

/// Nobody reads any more, as with `daybook read --all | head`: a reason to end, and no failure.
struct ReaderGone: Error {}

/// What a command says on one of its streams, gathered and written in large pieces.
final class Output: Sendable {
    /// What is gathered before it is written.
    private static let pendingBytesMax = 1 << 16

    /// Whether a person looks at it.
    let isTerminal: Bool
    /// The width of the terminal, nil where there is none.
    let columns: Int?
    let style: Style
    private let sink: any ByteSink
    private let pending = Mutex<[UInt8]>([])

    init(_ sink: any ByteSink, isTerminal: Bool, columns: Int?, style: Style) {
        self.sink = sink
        self.isTerminal = isTerminal
        self.columns = columns
        self.style = style
    }

    func write(_ bytes: borrowing RawSpan) throws {
        let bytes = copy bytes
        try pending.withLock { pending in
            // Safe: the pointer does not leave the closure.
            unsafe bytes.withUnsafeBytes { unsafe pending.append(contentsOf: $0) }
            if pending.count >= Self.pendingBytesMax { try send(&pending) }
        }
    }

    func write(_ text: String) throws {
        try pending.withLock { pending in
            pending.append(contentsOf: text.utf8)
            if pending.count >= Self.pendingBytesMax { try send(&pending) }
        }
    }

    func line(_ text: String = "") throws {
        try write(text)
        try write("\n")
    }

    func flush() throws { try pending.withLock { try send(&$0) } }

    private func send(_ pending: inout [UInt8]) throws {
        defer { pending.removeAll(keepingCapacity: true) }
        if pending.isEmpty { return }
        do {
            try sink.write(pending.rawSpan)
        } catch {
            if error == .EPIPE { throw ReaderGone() }
            throw Failure(
                .failure, "output", "the output cannot be written", why: error.description,
                remedy: "Make room, or send it elsewhere, and start again.")
        }
    }
}

/// A standard stream of this process.
struct StandardStream: ByteSink {
    let stream: Host.Stream

    func write(_ bytes: borrowing RawSpan) throws(Errno) { try Host.write(bytes, to: stream) }

    /// The stream as a command sees it: with colours for a person who has not set `NO_COLOR`.
    static func output(_ stream: Host.Stream) -> Output {
        let isTerminal = Host.isTerminal(stream.rawValue)
        let noColor = Host.environment("NO_COLOR").map { !$0.isEmpty } ?? false
        let isDumb = Host.environment("TERM") == "dumb"
        return Output(
            StandardStream(stream: stream), isTerminal: isTerminal,
            columns: isTerminal ? Host.terminalWidth() ?? 80 : nil,
            style: Style(isColoured: isTerminal && !noColor && !isDumb))
    }
}
