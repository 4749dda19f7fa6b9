internal import CZstd
internal import DaybookBytes

/// Packs bytes with zstd, a checksum at the end.
@safe struct ZstdEncoder: ~Copyable {
    /// Level 3, the library's own choice, keeps up with the reading of events.
    private static let level: Int32 = 3

    // Safe: made in init, freed in deinit, and this value cannot be copied.
    private let context: OpaquePointer
    private var room = [UInt8](repeating: 0, count: 1 << 17)

    init() {
        guard let made = unsafe ZSTD_createCCtx() else {
            preconditionFailure("zstd has no memory for its context")
        }
        unsafe context = made
        _ = unsafe ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, Self.level)
        _ = unsafe ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
        // On a thread of its own, beside the reading; refused by a library built without threads.
        _ = unsafe ZSTD_CCtx_setParameter(context, ZSTD_c_nbWorkers, 1)
    }

    deinit { unsafe ZSTD_freeCCtx(context) }

    /// Packs more, and with `isLast` ends; `body` gets what comes out, piece by piece.
    mutating func encode(
        _ bytes: borrowing RawSpan, isLast: Bool, _ body: (RawSpan) throws -> Void
    ) throws {
        var taken = 0
        while true {
            let (left, made) = unsafe bytes.withUnsafeBytes { source in
                unsafe room.withUnsafeMutableBytes { room in
                    // Safe: zstd reads and writes within the sizes given; the memories outlive the
                    // call.
                    var from = unsafe ZSTD_inBuffer(
                        src: source.baseAddress, size: source.count, pos: taken)
                    var to = unsafe ZSTD_outBuffer(dst: room.baseAddress, size: room.count, pos: 0)
                    let mode = isLast ? ZSTD_e_end : ZSTD_e_continue
                    let left = unsafe ZSTD_compressStream2(context, &to, &from, mode)
                    taken = unsafe from.pos
                    return unsafe (left, to.pos)
                }
            }
            if ZSTD_isError(left) != 0 {
                // Safe: a static string of the library.
                let words = unsafe String(cString: ZSTD_getErrorName(left))
                throw Failure(
                    .failure, "compression", "the lines cannot be packed", why: "zstd: \(words)",
                    remedy: "Give it memory and threads, or a name without .zst.")
            }
            if made > 0 { try body(room.rawSpan.extracting(0..<made)) }
            if isLast ? left == 0 : taken == bytes.byteCount { return }
        }
    }
}
