internal import CZlib
internal import DaybookBytes

/// Unpacks gzip (RFC 1952), any number of members one behind the other.
@safe package final class GzipDecoder {
    // Safe: zlib keeps a pointer to the stream it was initialised with, so it has a place of its
    // own, made in init and freed in deinit.
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    /// Inside a member, so that the end must not come here.
    package private(set) var isInside = false
    private var isBehindMember = false

    package init() {
        unsafe stream.initialize(to: z_stream())
        // 15 bits of window, and 16 for "gzip and nothing else".
        let answer = unsafe inflateInit2_(
            stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        precondition(answer == Z_OK, "zlib has no memory for 40 KiB")
    }

    deinit {
        unsafe inflateEnd(stream)
        unsafe stream.deallocate()
    }

    /// Unpacks from the front of `input` into `output`: how many bytes were taken, and how many
    /// came out.
    package func decode(
        _ input: borrowing RawSpan, into output: UnsafeMutableRawBufferPointer
    ) throws(GzipError) -> (taken: Int, made: Int) {
        var padding = 0
        if isBehindMember {
            // Tapes and some tools fill up with zeros behind the last member.
            while padding < input.byteCount, input.u8(at: padding) == 0 { padding += 1 }
            if padding == input.byteCount { return (padding, 0) }
            unsafe inflateReset(stream)
            isBehindMember = false
        }
        let rest = input.extracting(padding..<input.byteCount)
        // Safe: zlib reads and writes within the counts given, and both memories outlive the call.
        let answer = unsafe rest.withUnsafeBytes { source in
            unsafe stream.pointee.next_in = UnsafeMutablePointer(
                mutating: source.baseAddress?.assumingMemoryBound(to: UInt8.self))
            unsafe stream.pointee.avail_in = UInt32(source.count)
            unsafe stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
            unsafe stream.pointee.avail_out = UInt32(clamping: output.count)
            return unsafe inflate(stream, Z_NO_FLUSH)
        }
        let taken = padding + rest.byteCount - Int(unsafe stream.pointee.avail_in)
        let made = min(output.count, Int(UInt32.max)) - Int(unsafe stream.pointee.avail_out)
        switch answer {
        case Z_STREAM_END:
            isInside = false
            isBehindMember = true
        // Nothing could be done without more input or room: no fault.
        case Z_OK, Z_BUF_ERROR: isInside = true
        default:
            let words = unsafe stream.pointee.msg.map { unsafe String(cString: $0) }
            throw GzipError(why: "the gzip data is damaged: \(words ?? "error \(answer)")")
        }
        return (taken, made)
    }
}
