internal import CNGHTTP2

/// Names and values of fields as text.
///
/// A client sends the same ones with every request, and nghttp2 hands them out from its table in the same memory:
/// what was made of that memory before is used again. One for all connections of a loop.
@safe final class FieldTexts {
    @safe private struct Entry {
        let memory: OpaquePointer
        let text: String
    }
    /// Names and values, by the address of their memory: those of some hundred clients that ask at the same time.
    private static let entriesMax = 4_096
    /// Longer ones are not kept: those that are take 1 MiB at most.
    private static let textBytesMax = 256
    private var entries: [Entry?] = []

    deinit {
        // Safe: each entry holds a reference, so its memory is still there and was not used for anything else.
        for entry in entries {
            if let entry { unsafe nghttp2_rcbuf_decref(entry.memory) }
        }
    }

    func text(of memory: OpaquePointer) -> String {
        if entries.isEmpty { entries = Array(repeating: nil, count: Self.entriesMax) }
        let address = UInt(bitPattern: memory)
        let place = Int((address >> 4 ^ address >> 16) % UInt(Self.entriesMax))
        if let entry = entries[place], unsafe entry.memory == memory {
            return entry.text
        }
        let bytes = unsafe nghttp2_rcbuf_get_buf(memory)
        let text = unsafe String(
            decoding: UnsafeBufferPointer(start: bytes.base, count: bytes.len), as: UTF8.self)
        if text.utf8.count > Self.textBytesMax { return text }
        unsafe nghttp2_rcbuf_incref(memory)
        if let entry = entries[place] { unsafe nghttp2_rcbuf_decref(entry.memory) }
        entries[place] = unsafe Entry(memory: memory, text: text)
        return text
    }
}
