internal import DaybookBytes
internal import DaybookJSON

/// What this library says of an event in its metadata: `{"$version":2}`, and nothing of a first version.
enum EventMetadata {
    private static let head: StaticString = "{\"$version\":"

    /// The version of an event by its metadata; 1 where they say none.
    static func version(in metadata: RawSpan) -> Int {
        if metadata.byteCount == 0 { return 1 }
        if let version = leadingVersion(in: metadata) { return version }
        guard var fields = try? JSONScanner(fieldsOf: metadata) else { return 1 }
        var version: Int64?
        while let field = try? fields.nextField() {
            if field.isNamed("$version", in: metadata) {
                version = try? field.value.int64(in: metadata)
            }
        }
        return version.map { Int($0) } ?? 1
    }

    /// The version where it stands first, as it is written here.
    private static func leadingVersion(in metadata: RawSpan) -> Int? {
        let start = head.utf8CodeUnitCount
        guard metadata.byteCount > start, metadata.extracting(0..<start).isText(head) else {
            return nil
        }
        var version = 0
        var at = start
        while at < metadata.byteCount, case let digit = metadata.u8(at: at) &- UInt8(ascii: "0"),
            digit < 10
        {
            if at - start == 9 { return nil }
            version = 10 * version + Int(digit)
            at += 1
        }
        guard at > start, at < metadata.byteCount else { return nil }
        let next = metadata.u8(at: at)
        return next == UInt8(ascii: "}") || next == UInt8(ascii: ",") ? version : nil
    }

    /// The metadata of an event: its version first, where it is not the first one, then a program's own fields.
    static func encoded(version: Int, own: [(key: String, value: String)]) -> [UInt8] {
        if version == 1 && own.isEmpty { return [] }
        var writer = JSONWriter()
        writer.beginObject()
        if version > 1 {
            writer.key("$version")
            writer.integer(version)
        }
        for (key, value) in own {
            writer.key(key)
            writer.string(value)
        }
        writer.endObject()
        return writer.bytes.copied()
    }
}
