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
        var at = 0
        while at < utf8.byteCount {
            if utf8.u8(at: at) < 0x80 {
                at += 1
            } else if case .whole(let length) = UTF8Sequence.check(utf8, at: at) {
                at += length
            } else {
                let found = utf8.u8(at: at)
                throw JSONError(.invalidUTF8, at: at, expected: .continuation, found: found)
            }
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

    /// A string in quotes. Plain runs are copied whole.
    mutating func append(escaping text: RawSpan) {
        output.append(ASCII.quote)
        let alsoStops = style.isASCIIOnly ? ASCII.highBits : 0
        var at = 0
        var runStart = 0
        while at < text.byteCount {
            if at + 8 <= text.byteCount {
                let word = text.u64(at: at)
                let stops = ASCII.stops(in: word) | (word & alsoStops)
                if stops == 0 {
                    at += 8
                    continue
                }
                at += stops.trailingZeroBitCount >> 3
            }
            let byte = text.u8(at: at)
            let isPlain =
                byte >= ASCII.space && byte != ASCII.quote && byte != ASCII.backslash
                && (byte < 0x80 || !style.isASCIIOnly)
            if isPlain {
                at += 1
                continue
            }
            output.append(text.extracting(runStart..<at))
            at += byte < 0x80 ? append(escape: byte) : append(escapedSequence: text, at: at)
            runStart = at
        }
        output.append(text.extracting(runStart..<at))
        output.append(ASCII.quote)
    }

    /// Escapes an ASCII byte, in two bytes where JSON has such an escape; how many were read: 1.
    private mutating func append(escape byte: UInt8) -> Int {
        let letter: UInt8
        switch byte {
        case ASCII.quote, ASCII.backslash: letter = byte
        case 0x08: letter = UInt8(ascii: "b")
        case 0x09: letter = UInt8(ascii: "t")
        case 0x0A: letter = UInt8(ascii: "n")
        case 0x0C: letter = UInt8(ascii: "f")
        case 0x0D: letter = UInt8(ascii: "r")
        default:
            append(unicodeEscape: UInt16(byte))
            return 1
        }
        output.append(ASCII.backslash)
        output.append(letter)
        return 1
    }

    /// Escapes a scalar beyond ASCII, beyond 0xFFFF as a surrogate pair; how many bytes were read.
    private mutating func append(escapedSequence text: RawSpan, at: Int) -> Int {
        guard case .whole(let length) = UTF8Sequence.check(text, at: at) else {
            preconditionFailure("a string holds UTF-8, and bytes were checked to be")
        }
        var scalar = UInt32(text.u8(at: at)) & (0xFF >> UInt32(length + 1))
        for next in at + 1..<at + length { scalar = scalar << 6 | UInt32(text.u8(at: next) & 0x3F) }
        if scalar > 0xFFFF {
            append(unicodeEscape: UInt16(0xD800 + ((scalar - 0x1_0000) >> 10)))
            append(unicodeEscape: UInt16(0xDC00 + (scalar & 0x3FF)))
        } else {
            append(unicodeEscape: UInt16(scalar))
        }
        return length
    }

    private mutating func append(unicodeEscape unit: UInt16) {
        output.append(ASCII.backslash)
        output.append(UInt8(ascii: "u"))
        for place in 0..<4 {
            let digit = UInt8(unit >> UInt16(12 - 4 * place) & 0xF)
            output.append(digit < 10 ? ASCII.zero + digit : UInt8(ascii: "a") + digit - 10)
        }
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
