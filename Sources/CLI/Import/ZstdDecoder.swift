internal import CZstd
internal import DaybookBytes

/// Unpacks zstd (RFC 8878), any number of frames one behind the other.
@safe final class ZstdDecoder {
    // Safe: made in init, freed in deinit.
    private let context: OpaquePointer
    /// Inside a frame, so that the end must not come here.
    private(set) var isInside = false

    init() {
        guard let made = unsafe ZSTD_createDCtx() else {
            preconditionFailure("zstd has no memory for its context")
        }
        unsafe context = made
    }

    deinit { unsafe ZSTD_freeDCtx(context) }

    /// Unpacks from the front of `input` into `output`: how many bytes were taken, and how many
    /// came out.
    func decode(
        _ input: borrowing RawSpan, into output: UnsafeMutableRawBufferPointer
    ) throws(CompressionError) -> (taken: Int, made: Int) {
        // Safe: zstd reads and writes within the sizes given, and both memories outlive the call.
        let (answer, taken, made) = unsafe input.withUnsafeBytes { source in
            var from = unsafe ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: 0)
            var to = unsafe ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
            let answer = unsafe ZSTD_decompressStream(context, &to, &from)
            return unsafe (answer, from.pos, to.pos)
        }
        if ZSTD_isError(answer) != 0 {
            // Safe: a static string of the library.
            let words = unsafe String(cString: ZSTD_getErrorName(answer))
            throw CompressionError(why: "the zstd data is damaged: \(words)")
        }
        // 0: a frame is complete, with its checksum. Called with nothing behind a complete frame,
        // zstd asks for the next one, which need not come.
        if answer == 0 { isInside = false } else if taken > 0 || made > 0 { isInside = true }
        return (taken, made)
    }
}
