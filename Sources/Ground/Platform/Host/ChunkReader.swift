internal import CDaybookPlatform
internal import Glibc

/// Reads a file, a pipe or the standard input from front to back.
public final class ChunkReader: Sendable {
    private let descriptor: Int32
    private let isOwned: Bool

    /// What comes in on standard input.
    public static let standardInput = ChunkReader(descriptor: 0, isOwned: false)

    /// The file at `path`, from the current directory where it is relative.
    public convenience init(path: String) throws(Errno) {
        if path.utf8.contains(0) { throw .EINVAL }
        // Safe: the string outlives the call.
        let file = try systemCall { unsafe daybook_open(path, O_RDONLY | O_CLOEXEC, 0) }
        self.init(descriptor: try aboveStandardStreams(file), isOwned: true)
    }

    init(descriptor: Int32, isOwned: Bool) {
        self.descriptor = descriptor
        self.isOwned = isOwned
    }

    deinit { if isOwned { _ = close(descriptor) } }

    /// The next bytes, as many as are there, at most `bytesMax`; none at the end.
    ///
    /// Waits for them.
    public func read(upTo bytesMax: Int = 1 << 16) throws(Errno) -> [UInt8] {
        try readBytes(descriptor, upTo: bytesMax)
    }

    /// Everything up to the end, nil where that is more than `bytesMax`.
    ///
    /// Waits for it.
    public func readAll(upTo bytesMax: Int) throws(Errno) -> [UInt8]? {
        var bytes: [UInt8] = []
        while bytes.count <= bytesMax {
            let more = try read()
            if more.isEmpty { return bytes }
            bytes += more
        }
        return nil
    }

    /// Whether the next `read` answers without waiting, after waiting for that at most so long.
    ///
    /// True at the end and where reading fails, too.
    public func isReady(withinMilliseconds limit: Int) -> Bool {
        var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        // Safe: one descriptor, as the count says.
        let found = try? systemCall { unsafe poll(&ready, 1, Int32(clamping: limit)) }
        return found != 0
    }
}

/// Reads from a descriptor without a position, waiting also where it was opened not to wait.
func readBytes(_ descriptor: Int32, upTo bytesMax: Int) throws(Errno) -> [UInt8] {
    var failure: Errno?
    // Safe: at most the capacity is read, and the count is what the call says it filled.
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: bytesMax) { buffer, count in
        do throws(Errno) {
            count = try waiting(on: descriptor, for: POLLIN) {
                unsafe read(descriptor, buffer.baseAddress, bytesMax)
            }
        } catch {
            failure = error
        }
    }
    if let failure { throw failure }
    return bytes
}

/// Writes all bytes to a descriptor without a position, going on after short writes.
func writeBytes(_ descriptor: Int32, _ bytes: borrowing RawSpan) throws(Errno) {
    // Safe: pointer and count come from one span and do not leave the calls.
    try unsafe bytes.withUnsafeBytes { source throws(Errno) in
        var done = 0
        while done < source.count {
            let rest = unsafe UnsafeRawBufferPointer(rebasing: source[done...])
            done += try waiting(on: descriptor, for: POLLOUT) {
                unsafe write(descriptor, rest.baseAddress, rest.count)
            }
        }
    }
}

/// Makes the call, and again each time the descriptor becomes ready, while it answers `EAGAIN`: standard
/// streams may be set not to wait by whoever shares them.
private func waiting(
    on descriptor: Int32, for events: Int32, _ call: () -> Int
) throws(Errno) -> Int {
    while true {
        do {
            return try systemCall(call)
        } catch {
            guard error == .EAGAIN else { throw error }
            var ready = pollfd(fd: descriptor, events: Int16(events), revents: 0)
            // Safe: one descriptor, as the count says.
            _ = try systemCall { unsafe poll(&ready, 1, -1) }
        }
    }
}
