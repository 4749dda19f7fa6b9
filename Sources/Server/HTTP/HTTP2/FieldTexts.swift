internal import CNGHTTP2

/// Names and values of fields as text.
///
/// A client sends the same ones with every request, and nghttp2 hands them out from its table in the same memory:
/// what was made of that memory before is used again.
@safe final class FieldTexts {
    @safe private struct Entry {
        let memory: OpaquePointer
        let text: String
    }
    /// Room for the names and values of a usual request, by the address of their memory.
    private static let entriesMax = 64
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
        let place = Int((address >> 4 ^ address >> 10) % UInt(Self.entriesMax))
        if let entry = entries[place], unsafe entry.memory == memory {
            return entry.text
        }
        let bytes = unsafe nghttp2_rcbuf_get_buf(memory)
        let text = unsafe String(
            decoding: UnsafeBufferPointer(start: bytes.base, count: bytes.len), as: UTF8.self)
        unsafe nghttp2_rcbuf_incref(memory)
        if let entry = entries[place] { unsafe nghttp2_rcbuf_decref(entry.memory) }
        entries[place] = unsafe Entry(memory: memory, text: text)
        return text
    }
}
