import DaybookBytes

extension JSONWriter {
    /// A string.
    public mutating func string(_ text: String) {
        beforeValue()
        append(escaping: text.utf8Span.bytes)
    }

    /// A string from its UTF-8.
    ///
    /// - Throws: ``JSONError/Code/invalidUTF8`` where it is none; nothing is written then.
    public mutating func string(utf8: RawSpan) throws(JSONError) {
        if let at = UTF8Sequence.firstBroken(in: utf8, 0..<utf8.byteCount) {
            let found = utf8.u8(at: at)
            throw JSONError(.invalidUTF8, at: at, expected: .continuation, found: found)
        }
        beforeValue()
        append(escaping: utf8)
    }

    /// A whole number.
    public mutating func integer(_ value: some FixedWidthInteger) {
        beforeValue()
        output.append(String(value))
    }

    /// A floating-point number in the shortest text that reads back as the same: `0.1`, `1e+20`.
    ///
    /// - Throws: ``JSONError/Code/notFinite`` for a NaN or an infinity; nothing is written then.
    public mutating func double(_ value: Double) throws(JSONError) {
        guard value.isFinite else { throw JSONError(.notFinite, at: output.count) }
        beforeValue()
        output.append(value.description)
    }

    /// `true` or `false`.
    public mutating func bool(_ value: Bool) {
        beforeValue()
        output.append(value ? "true" : "false")
    }

    /// `null`.
    public mutating func null() {
        beforeValue()
        output.append("null")
    }

    /// Bytes that are one JSON value already, as they are. The caller answers for that: nothing is
    /// checked, and line breaks in them stay, which JSON Lines does not bear.
    public mutating func raw(_ bytes: RawSpan) {
        beforeValue()
        output.append(bytes)
    }

    /// Reads the bytes as JSON and writes them in this writer's style. Strings and numbers keep
    /// their spelling, members their order, and keys that stand twice stand twice.
    ///
    /// - Throws: ``JSONError`` for what ``JSON/validate(_:)`` refuses; nothing is written then.
    public mutating func reformatted(_ bytes: RawSpan) throws(JSONError) {
        let (count, depth, hadKey, wasComplete) = (output.count, open.count, hasKey, isComplete)
        let top = open.last
        do {
            var scanner = JSONScanner(unchecked: bytes)
            _ = try scanner.scanDocument(into: &self)
        } catch {
            output.truncate(to: count)
            open.removeSubrange(depth...)
            if let top { open[depth - 1] = top }
            hasKey = hadKey
            isComplete = wasComplete
            throw error
        }
    }

    /// A tree.
    public mutating func value(_ value: JSONValue) {
        switch value {
        case .null: null()
        case .bool(let value): bool(value)
        case .number(let number): raw(number.literal.utf8Span.bytes)
        case .string(let text): string(text)
        case .array(let elements):
            beginArray()
            for element in elements { self.value(element) }
            endArray()
        case .object(let members):
            beginObject()
            for (key, member) in members {
                self.key(key)
                self.value(member)
            }
            endObject()
        }
    }

    /// A string in quotes.
    mutating func append(escaping text: RawSpan) {
        output.append(asJSON: text, isASCIIOnly: style.isASCIIOnly)
    }
}

/// Told by a scanner what stands in a text, the writer writes it anew.
extension JSONWriter: JSONSink {
    mutating func begin(_ kind: JSONKind) {
        begin(kind, kind == .object ? ASCII.braceOpen : ASCII.bracketOpen)
    }

    mutating func end(_ kind: JSONKind) {
        end(kind, kind == .object ? ASCII.braceClose : ASCII.bracketClose)
    }

    mutating func key(_ key: JSONSlice, in bytes: RawSpan) {
        beforeKey()
        output.append(bytes.extracting(key.range))
        afterKey()
    }

    mutating func scalar(_ value: JSONSlice, in bytes: RawSpan) {
        raw(bytes.extracting(value.range))
    }
}

extension JSONValue: CustomStringConvertible {
    /// The value as JSON text.
    public func bytes(style: JSONWriter.Style = .compact) -> [UInt8] {
        var writer = JSONWriter(style: style)
        writer.value(self)
        return writer.bytes.copied()
    }

    /// The value as JSON text.
    public func text(style: JSONWriter.Style = .compact) -> String {
        var writer = JSONWriter(style: style)
        writer.value(self)
        return writer.bytes.text()
    }

    /// The value as compact JSON text.
    public var description: String { text() }
}
