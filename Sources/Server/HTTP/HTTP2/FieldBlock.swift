internal import CNGHTTP2
internal import DaybookBytes

/// The fields of one head in the form that nghttp2 takes; its memory is used again and again.
@safe struct FieldBlock: ~Copyable {
    private var text = ByteWriter(capacity: 1024)
    private var lengths: [(name: Int, value: Int)] = []
    private var entries: [nghttp2_nv] = unsafe []

    mutating func removeAll() {
        text.removeAll()
        lengths.removeAll(keepingCapacity: true)
    }

    mutating func add(_ name: String, _ value: String) {
        let before = text.count
        text.append(name)
        let between = text.count
        text.append(value)
        lengths.append((between - before, text.count - between))
    }

    mutating func add(_ fields: HTTPFields) {
        for field in fields.all { add(field.name, field.value) }
    }

    /// Lends the fields; nghttp2 copies them.
    mutating func withEntries<Result>(
        _ body: (UnsafePointer<nghttp2_nv>?, Int) -> Result
    ) -> Result {
        // Taken out, for the text is borrowed below.
        var entries = unsafe self.entries
        unsafe self.entries = []
        unsafe entries.removeAll(keepingCapacity: true)
        defer { unsafe self.entries = entries }
        let lengths = lengths
        // Safe: the pointers into the text are used only within this call, in which nobody writes to it.
        return unsafe text.bytes.withUnsafeBytes { text in
            var at = unsafe UnsafeMutablePointer(
                mutating: text.baseAddress!.assumingMemoryBound(to: UInt8.self))
            for length in lengths {
                unsafe entries.append(
                    nghttp2_nv(
                        name: at, value: at + length.name, namelen: length.name,
                        valuelen: length.value, flags: 0))
                unsafe at += length.name + length.value
            }
            return unsafe entries.withUnsafeBufferPointer {
                unsafe body($0.baseAddress, $0.count)
            }
        }
    }
}
