internal import CZlib
internal import DaybookBytes

/// Packs bytes as gzip (RFC 1952), piece by piece; what was given so far can be unpacked at once.
@safe package final class GzipEncoder {
    // Safe: zlib keeps a pointer to the stream it was initialised with, so it has a place of its own, made in init and
    // freed in deinit.
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)

    /// The fastest: whoever packs has others to serve meanwhile, and events repeat themselves.
    private static let level: Int32 = 1
    /// Room that is added at a time, where what comes out does not fit.
    private static let stepBytes = 16 << 10

    package init() {
        unsafe stream.initialize(to: z_stream())
        // 15 bits of window, and 16 for "gzip".
        let answer = unsafe deflateInit2_(
            stream, Self.level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        precondition(answer == Z_OK, "zlib has no memory for 256 KiB")
    }

    deinit {
        unsafe deflateEnd(stream)
        unsafe stream.deallocate()
    }

    /// Packs a piece; with the last one the end.
    package func encode(_ bytes: borrowing RawSpan, isLast: Bool) -> [UInt8] {
        var output = ByteWriter(capacity: bytes.byteCount / 4 + 64)
        // Safe: zlib reads and writes within the counts given, and both memories outlive the call.
        unsafe bytes.withUnsafeBytes { source in
            unsafe stream.pointee.next_in = UnsafeMutablePointer(
                mutating: source.baseAddress?.assumingMemoryBound(to: UInt8.self))
            unsafe stream.pointee.avail_in = UInt32(source.count)
            var isFull = true
            while isFull {
                _ = unsafe output.append(atMost: Self.stepBytes) { room in
                    unsafe stream.pointee.next_out = room.baseAddress?.assumingMemoryBound(
                        to: UInt8.self)
                    unsafe stream.pointee.avail_out = UInt32(room.count)
                    unsafe deflate(stream, isLast ? Z_FINISH : Z_SYNC_FLUSH)
                    let left = Int(unsafe stream.pointee.avail_out)
                    isFull = left == 0
                    return room.count - left
                }
            }
        }
        return output.bytes.copied()
    }
}
