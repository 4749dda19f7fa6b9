internal import CZstd
package import DaybookJournal

// A compressed body is one zstd frame (RFC 8878) without its four magic bytes, content size, checksum and dictionary
// id: the record says how long it is and has a checksum, and the segment has one dictionary.

/// Records compressed with zstd.
package struct ZstdCodec: RecordCodec {
    /// zstd makes none that is shorter.
    private static let dictionaryBytesMin = 256

    private let level: Int32
    private let contexts = ZstdContexts()

    package init(level: Int) { self.level = Int32(level) }

    package func dictionary(
        of samples: borrowing RawSpan, sizes: [Int], bytesMax: Int
    ) -> [UInt8] {
        if sizes.isEmpty || bytesMax < Self.dictionaryBytesMin { return [] }
        var dictionary = [UInt8](repeating: 0, count: bytesMax)
        // Safe: zstd reads as many samples as there are sizes, which make up the bytes, and writes within the
        // capacity given.
        let made = unsafe samples.withUnsafeBytes { samples in
            unsafe dictionary.withUnsafeMutableBytes { room in
                unsafe ZDICT_trainFromBuffer(
                    room.baseAddress, room.count, samples.baseAddress, sizes, UInt32(sizes.count))
            }
        }
        // Too few samples, or too much alike.
        if ZDICT_isError(made) != 0 { return [] }
        return Array(dictionary.prefix(made))
    }

    package func encoder(_ dictionary: [UInt8]) -> any RecordEncoder {
        ZstdRecordEncoder(dictionary, level: level)
    }

    package func decoder(_ dictionary: [UInt8]) -> (any RecordDecoder)? {
        ZstdRecordDecoder(dictionary, contexts)
    }
}

/// Compresses bodies by one dictionary.
@safe final class ZstdRecordEncoder: RecordEncoder {
    // Safe: made in init, freed in deinit.
    private let context: OpaquePointer
    private let dictionary: OpaquePointer?

    init(_ bytes: [UInt8], level: Int32) {
        guard let context = unsafe ZSTD_createCCtx() else {
            preconditionFailure("zstd has no memory for its context")
        }
        unsafe self.context = context
        // Safe: zstd copies the dictionary.
        unsafe dictionary = bytes.isEmpty ? nil : ZSTD_createCDict(bytes, bytes.count, level)
        precondition(unsafe bytes.isEmpty || dictionary != nil, "zstd takes its own dictionary")
        set(ZSTD_c_compressionLevel, level)
        // The frame without its magic.
        set(ZSTD_c_experimentalParam2, 1)
        set(ZSTD_c_contentSizeFlag, 0)
        set(ZSTD_c_checksumFlag, 0)
        set(ZSTD_c_dictIDFlag, 0)
        let answer = unsafe ZSTD_CCtx_refCDict(context, dictionary)
        precondition(ZSTD_isError(answer) == 0, "zstd takes its own dictionary")
    }

    private func set(_ parameter: ZSTD_cParameter, _ value: Int32) {
        let answer = unsafe ZSTD_CCtx_setParameter(context, parameter, value)
        precondition(ZSTD_isError(answer) == 0, "zstd knows the parameters of its format")
    }

    deinit {
        unsafe ZSTD_freeCCtx(context)
        unsafe ZSTD_freeCDict(dictionary)
    }

    func encode(_ body: borrowing RawSpan, into room: UnsafeMutableRawBufferPointer) -> Int? {
        // Safe: zstd reads and writes within the sizes given.
        let count = unsafe body.withUnsafeBytes { body in
            unsafe ZSTD_compress2(
                context, room.baseAddress, room.count, body.baseAddress, body.count)
        }
        return ZSTD_isError(count) == 0 ? count : nil
    }
}

/// Expands bodies by one dictionary.
@safe final class ZstdRecordDecoder: RecordDecoder {
    // Safe: made in init, freed in deinit, and between them only read, which zstd allows on any thread.
    private nonisolated(unsafe) let dictionary: OpaquePointer?
    private let contexts: ZstdContexts

    /// Nil where the bytes are no dictionary.
    init?(_ bytes: [UInt8], _ contexts: ZstdContexts) {
        self.contexts = contexts
        // Safe: zstd copies the dictionary.
        unsafe dictionary = bytes.isEmpty ? nil : ZSTD_createDDict(bytes, bytes.count)
        if unsafe !bytes.isEmpty && dictionary == nil { return nil }
    }

    deinit { unsafe ZSTD_freeDDict(dictionary) }

    func decode(_ body: borrowing RawSpan, into room: UnsafeMutableRawBufferPointer) -> Bool {
        contexts.use { context in
            // Safe: zstd reads and writes within the sizes given, whatever the bytes are; the dictionary lives as long
            // as self.
            unsafe body.withUnsafeBytes { body in
                _ = unsafe ZSTD_DCtx_refDDict(context.pointer, dictionary)
                let count = unsafe ZSTD_decompressDCtx(
                    context.pointer, room.baseAddress, room.count, body.baseAddress, body.count)
                return ZSTD_isError(count) == 0 && count == room.count
            }
        }
    }
}
