internal import DaybookBytes

// What can be said about a request without looking into the journal. Engines call it before
// anything else; nothing is allocated while all is well, but for the set of ids of an append of
// many events.

/// What a name names, in words.
package enum NameKind: String, Sendable {
    case stream = "stream name"
    case type = "event type"
    case tag = "tag"
    case contentType = "content type"
    case category = "category"
    case consumer = "consumer"
    case owner = "owner"
    case key = "key"
    case causation = "causation"
    case correlation = "correlation"
}

extension NameKind {
    /// Checks a name: not empty, not over its limit, no control characters.
    package func validate(
        _ name: String, limit: Int = Limits.nameBytesMax, place: @autoclosure () -> String? = nil
    ) throws(StoreError) {
        // Safe: every byte of a text is initialised.
        try validate(unsafe name.utf8Span.span.bytes, limit: limit, place: place())
    }

    func validate(
        _ name: RawSpan, limit: Int = Limits.nameBytesMax, place: @autoclosure () -> String?
    ) throws(StoreError) {
        if name.isEmpty { throw .emptyName(self, place: place()) }
        try validateText(name, limit: limit, place: place())
    }

    /// Checks a text that may be empty.
    func validateText(
        _ text: String, limit: Int, place: @autoclosure () -> String?
    ) throws(StoreError) {
        // Safe: every byte of a text is initialised.
        try validateText(unsafe text.utf8Span.span.bytes, limit: limit, place: place())
    }

    private func validateText(
        _ text: RawSpan, limit: Int, place: @autoclosure () -> String?
    ) throws(StoreError) {
        if text.byteCount > limit {
            throw .longName(self, text.text(), limit: limit, place: place())
        }
        if text.hasControlCharacter {
            throw .controlCharacter(self, text.text(), place: place())
        }
    }
}

extension StreamName {
    /// Checks the name of any stream, the system's too. The two bytes before the name of a stream
    /// with metadata do not count, so that every stream can have some, and be deleted.
    package static func validate(
        _ stream: String, place: @autoclosure () -> String? = nil
    ) throws(StoreError) {
        let isMetadata = stream.utf8.starts(with: "$$".utf8)
        if isMetadata && stream.utf8.count == 2 { throw .emptyName(.stream, place: place()) }
        try NameKind.stream.validate(
            stream, limit: Limits.nameBytesMax + (isMetadata ? 2 : 0), place: place())
    }

    /// Checks the name of a stream that is to be written: not the system's, but for metadata of a
    /// stream that is not the system's.
    package static func validateWritten(
        _ stream: String, place: @autoclosure () -> String? = nil
    ) throws(StoreError) {
        try validate(stream, place: place())
        guard isSystem(stream) else { return }
        let subject = stream.utf8.dropFirst(2)
        if !stream.utf8.starts(with: "$$".utf8) || subject.first == UInt8(ascii: "$") {
            throw .systemStream(stream, place: place())
        }
    }

    /// Checks the name of a stream that is to be deleted: not the system's.
    package static func validateDeleted(_ stream: String) throws(StoreError) {
        try validate(stream)
        if isSystem(stream) { throw .systemStream(stream, place: "stream \(stream)") }
    }
}

extension RawSpan {
    /// Whether one of U+0000 to U+001F, or U+007F, stands in a text.
    var hasControlCharacter: Bool {
        var at = 0
        while at + 8 <= byteCount {
            // A byte that is below the other borrows into its highest bit, which is free in ASCII alone.
            let word = u64(at: at)
            let controls = word &- 0x2020_2020_2020_2020
            let deletes = (word ^ 0x7F7F_7F7F_7F7F_7F7F) &- 0x0101_0101_0101_0101
            if (controls | deletes) & ~word & 0x8080_8080_8080_8080 != 0 { return true }
            at += 8
        }
        while at < byteCount {
            let byte = u8(at: at)
            if byte < 0x20 || byte == 0x7F { return true }
            at += 1
        }
        return false
    }
}

extension SystemRecord {
    /// Checks owner, key and value against the `Limits`.
    package func validate() throws(StoreError) {
        try Self.validate(owner: owner, key: key)
        if let value, value.count > Limits.recordValueBytesMax {
            throw .tooLarge(
                "The value of a record", value.count, limit: Limits.recordValueBytesMax,
                named: "recordValueBytesMax", place: "owner \(owner), key \(key)")
        }
    }

    /// Checks owner and key.
    package static func validate(owner: String, key: String) throws(StoreError) {
        try NameKind.owner.validate(owner, limit: Limits.recordKeyBytesMax)
        try NameKind.key.validate(
            key, limit: max(Limits.recordKeyBytesMax - owner.utf8.count, 0),
            place: "owner \(StoreError.quoted(owner))")
    }
}

extension TrackingMark {
    /// Checks consumer, tokens and note against the `Limits`.
    package func validate() throws(StoreError) {
        try NameKind.consumer.validate(consumer)
        let size = max(from?.count ?? 0, to.count, note.count)
        if size > Limits.trackingBytesMax {
            throw .tooLarge(
                "A token or note of a tracking mark", size, limit: Limits.trackingBytesMax,
                named: "trackingBytesMax", place: "consumer \(consumer)")
        }
    }
}

extension Limits {
    /// Checks how many of a read or a listing are asked for; nil is everything.
    package static func validate(limit: Int?) throws(StoreError) {
        if let limit, limit < 0 { throw .negativeLimit(limit) }
    }
}
