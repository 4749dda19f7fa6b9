public import DaybookBytes

extension JSONSlice {
    /// The text of a string value.
    ///
    /// - Throws: ``JSONError/Code/wrongKind`` for another kind of value.
    public func string(in bytes: RawSpan) throws(JSONError) -> String {
        if let plainText { return bytes.extracting(plainText).text() }
        var text = ByteWriter(capacity: range.count)
        try appendText(in: bytes, to: &text)
        return text.bytes.text()
    }

    /// Appends the text of a string value as UTF-8.
    ///
    /// - Throws: ``JSONError/Code/wrongKind`` for another kind of value.
    public func appendText(in bytes: RawSpan, to output: inout ByteWriter) throws(JSONError) {
        try require(.string, .string, in: bytes)
        if let plainText { return output.append(bytes.extracting(plainText)) }
        var scanner = JSONScanner(unchecked: bytes.extracting(0..<range.upperBound - 1))
        var at = range.lowerBound + 1
        scanner.at = at
        while scanner.at < scanner.end {
            guard bytes.u8(at: scanner.at) == ASCII.backslash else {
                scanner.at += 1
                continue
            }
            output.append(bytes.extracting(at..<scanner.at))
            output.append(scalar: try scanner.scanEscape())
            at = scanner.at
        }
        output.append(bytes.extracting(at..<scanner.at))
    }

    /// A number value as an integer: `12`, and what is the same number, such as `12.0` and `1.2e1`.
    ///
    /// - Throws: ``JSONError`` with the code `wrongKind` for another kind of value, `notInteger`
    ///   for a number with a fraction, `integerOverflow` for one beyond 64 bits.
    public func int64(in bytes: RawSpan) throws(JSONError) -> Int64 {
        try require(.number, .integer, in: bytes)
        return try DecimalForm(of: bytes, range).int64(in: bytes)
    }

    /// A number, which stands in the range, as an integer of at most 128 bits and its sign.
    ///
    /// - Throws: ``JSONError`` with the code `notInteger` or `integerOverflow`.
    package static func integer(
        in bytes: RawSpan, _ range: Range<Int>
    ) throws(JSONError) -> (isNegative: Bool, magnitude: UInt128) {
        let form = DecimalForm(of: bytes, range)
        return (form.isNegative, try form.magnitude(in: bytes))
    }

    /// The value of `true` or `false`.
    ///
    /// - Throws: ``JSONError/Code/wrongKind`` for another kind of value.
    public func bool(in bytes: RawSpan) throws(JSONError) -> Bool {
        switch kind {
        case .true: return true
        case .false: return false
        default: throw wrong(.bool, in: bytes)
        }
    }

    /// The texts of an array whose elements are all strings.
    ///
    /// - Throws: ``JSONError/Code/wrongKind`` for another kind of value, and at the first element
    ///   that is no string.
    public func strings(in bytes: RawSpan) throws(JSONError) -> [String] {
        try require(.array, .arrayOfStrings, in: bytes)
        var elements = try JSONScanner(elementsOf: self, in: bytes)
        var strings: [String] = []
        while let element = try elements.nextElement() {
            strings.append(try element.string(in: bytes))
        }
        return strings
    }

    /// Throws unless the value is of the kind.
    func require(
        _ kind: JSONKind, _ expected: JSONError.Expected, in bytes: RawSpan
    ) throws(JSONError) {
        if self.kind != kind { throw wrong(expected, in: bytes) }
    }

    private func wrong(_ expected: JSONError.Expected, in bytes: RawSpan) -> JSONError {
        let found = bytes.u8(at: range.lowerBound)
        return JSONError(.wrongKind, at: range.lowerBound, expected: expected, found: found)
    }
}

extension JSONField {
    /// Whether the key is `name`, byte for byte, once its escapes are resolved: `"st\u0072eam"` is
    /// named `stream`. Allocates nothing for a key without escapes.
    public func isNamed(_ name: StaticString, in bytes: RawSpan) -> Bool {
        // Safe: the text of a static string is never freed, and the span does not leave the
        // closure.
        name.withUTF8Buffer { buffer in
            let wanted = unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(buffer))
            if let plain = key.plainText { return bytes.extracting(plain).isEqual(to: wanted) }
            var text = ByteWriter(capacity: key.range.count)
            guard (try? key.appendText(in: bytes, to: &text)) != nil else { return false }
            return text.bytes.isEqual(to: wanted)
        }
    }

    /// The key as text, its escapes resolved.
    public func name(in bytes: RawSpan) throws(JSONError) -> String {
        try key.string(in: bytes)
    }
}
