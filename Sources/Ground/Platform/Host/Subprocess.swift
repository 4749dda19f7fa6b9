internal import DaybookBytes
internal import Glibc
internal import Synchronization

/// Another program, run beside this one and talked to through pipes.
///
/// Both pipes hold 64 KiB. Whoever writes much to a program that answers while it reads must read from
/// another thread than it writes from, or give the input as `.bytes`, which a thread of this type feeds.
/// Each end is for one thread at a time; `finish` is called when both are done.
public final class Subprocess: Sendable {
    /// What the program finds on its standard input.
    public enum Input: Sendable {
        /// Nothing at all.
        case none
        /// What `write` gives it, until `closeInput`.
        case pipe
        /// These bytes; it need not read them all.
        case bytes([UInt8])
    }

    /// Where its complaints go.
    public enum Complaints: Sendable {
        /// To our own standard error.
        case inherit
        /// Kept for `complaints()`, up to `complaintBytesMax`.
        case capture
        case discard
    }

    /// How it ended.
    public enum Status: Hashable, Sendable {
        case exited(Int32)
        case signalled(Int32)

        /// It ended by itself and has nothing to complain of.
        public var isSuccess: Bool { self == .exited(0) }
    }

    /// More complaints than this are read and forgotten.
    public static let complaintBytesMax = 1 << 20

    struct Ends: Sendable {
        var input: Int32?
        var output: Int32?
        var status: Status?
    }

    /// The number the system knows it by.
    public let processID: Int32
    private let ends: Mutex<Ends>
    private let complained = Monitor<[UInt8]>([])
    private let helpers = Mutex<[Thread]>([])

    init(processID: Int32, input: Int32?, output: Int32) {
        self.processID = processID
        ends = Mutex(Ends(input: input, output: output))
    }

    /// A program that nobody waits for any more is killed; otherwise it would stay as a zombie.
    deinit {
        if ends.withLock({ $0.status }) == nil {
            _ = kill(processID, SIGKILL)
            _ = try? finish()
        }
    }

    /// The next bytes of its output, at most `bytesMax`; none at the end.
    ///
    /// Waits for them.
    public func read(upTo bytesMax: Int = 1 << 16) throws(Errno) -> [UInt8] {
        guard let output = ends.withLock({ $0.output }) else { throw .EBADF }
        return try readBytes(output, upTo: bytesMax)
    }

    /// Gives it all these bytes, waiting while its pipe is full.
    ///
    /// `EPIPE`: it reads no more.
    public func write(_ bytes: borrowing RawSpan) throws(Errno) {
        guard let input = ends.withLock({ $0.input }) else { throw .EBADF }
        let hold = BrokenPipeHold()
        defer { hold.release() }
        try writeBytes(input, bytes)
    }

    /// The same for text.
    public func write(_ text: String) throws(Errno) { try write(Array(text.utf8).rawSpan) }

    /// Tells it that no more input comes.
    public func closeInput() {
        if let input = ends.withLock({ $0.input.take() }) { _ = close(input) }
    }

    /// Asks it to end.
    public func terminate() {
        ends.withLock { ends in
            // Once waited for, the number may be another program's.
            if ends.status == nil { _ = kill(processID, SIGTERM) }
        }
    }

    /// Closes both pipes, waits until it has ended, and says how.
    ///
    /// Output not read by now is lost, and a program that still has some to write ends by SIGPIPE.
    /// May be called again.
    @discardableResult
    public func finish() throws(Errno) -> Status {
        closeInput()
        if let output = ends.withLock({ $0.output.take() }) { _ = close(output) }
        if let status = ends.withLock({ $0.status }) { return status }
        var word: Int32 = 0
        // Safe: the call fills the one value it is given.
        _ = try systemCall { unsafe waitpid(processID, &word, 0) }
        let signal = word & 0x7F
        let status: Status = signal == 0 ? .exited(word >> 8 & 0xFF) : .signalled(signal)
        ends.withLock { $0.status = status }
        for helper in helpers.withLock({ $0 }) { helper.join() }
        return status
    }

    /// What it wrote to its standard error so far, all of it after `finish`; only with `.capture`.
    public func complaints() -> String {
        complained.withLock { String(decoding: $0, as: UTF8.self) }
    }

    /// Gives it these bytes and closes its input, on a thread of its own.
    func feed(_ bytes: [UInt8]) throws(Errno) {
        guard let input = ends.withLock({ $0.input.take() }) else { return }
        // The thread must not keep self alive, or it would never be given up.
        try help("daybook-feed", closing: input) {
            let hold = BrokenPipeHold()
            // It need not read to the end; its status tells whether that was well.
            try? writeBytes(input, bytes.rawSpan)
            hold.release()
        }
    }

    /// Keeps what it complains of, on a thread of its own.
    func collect(_ errors: Int32) throws(Errno) {
        let complained = complained
        try help("daybook-errors", closing: errors) {
            while let bytes = try? readBytes(errors, upTo: 1 << 12), !bytes.isEmpty {
                complained.withLock { complained in
                    complained += bytes.prefix(Self.complaintBytesMax - complained.count)
                }
            }
        }
    }

    private func help(
        _ name: String, closing end: Int32, _ work: @escaping @Sendable () -> Void
    ) throws(Errno) {
        do {
            let thread = try Thread(name: name) {
                work()
                _ = close(end)
            }
            helpers.withLock { $0.append(thread) }
        } catch {
            _ = close(end)
            throw error
        }
    }
}
