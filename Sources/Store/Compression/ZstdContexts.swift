internal import CZstd
internal import Synchronization

/// The memory that zstd works in when it expands: as many as threads were at it at once, about 160 KiB each.
final class ZstdContexts: Sendable {
    /// One of them, which one thread uses at a time.
    @safe final class Context: Sendable {
        // Safe: made in init, freed in deinit, and used by whoever took it out of the pool, who is one.
        nonisolated(unsafe) let pointer: OpaquePointer

        init() {
            guard let made = unsafe ZSTD_createDCtx() else {
                preconditionFailure("zstd has no memory for its context")
            }
            unsafe pointer = made
            // The frame without its magic.
            let answer = unsafe ZSTD_DCtx_setParameter(pointer, ZSTD_d_experimentalParam1, 1)
            precondition(ZSTD_isError(answer) == 0, "zstd knows the parameters of its format")
        }

        deinit { unsafe ZSTD_freeDCtx(pointer) }
    }

    private let unused = Mutex<[Context]>([])

    func use<Result>(_ body: (Context) -> Result) -> Result {
        let context = unused.withLock { $0.popLast() } ?? Context()
        defer { unused.withLock { $0.append(context) } }
        return body(context)
    }
}
