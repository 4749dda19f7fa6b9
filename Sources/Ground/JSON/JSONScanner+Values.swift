import DaybookBytes

// The grammar of values, once, for all who read: what is found is told to a sink.
//
//     document = space value space end
//     value    = object | array | string | number | "true" | "false" | "null"
//     object   = "{" space [ member *( space "," space member ) ] space "}"
//     member   = string space ":" space value
//     array    = "[" space [ value *( space "," space value ) ] space "]"

/// Who is told what a scanner finds, in the order of the text.
protocol JSONSink: ~Copyable {
    mutating func begin(_ kind: JSONKind)
    mutating func end(_ kind: JSONKind)
    mutating func key(_ key: JSONSlice, in bytes: RawSpan) throws(JSONError)
    mutating func scalar(_ value: JSONSlice, in bytes: RawSpan) throws(JSONError)
}

/// Listens to nothing: what is left is the check.
struct JSONNothing: JSONSink {
    @inline(__always) mutating func begin(_ kind: JSONKind) {}
    @inline(__always) mutating func end(_ kind: JSONKind) {}
    @inline(__always) mutating func key(_ key: JSONSlice, in bytes: RawSpan) {}
    @inline(__always) mutating func scalar(_ value: JSONSlice, in bytes: RawSpan) {}
}

extension JSONScanner {
    /// A whole text: one value and the white space round it.
    mutating func scanDocument<Sink: JSONSink & ~Copyable>(
        into sink: inout Sink
    ) throws(JSONError) -> JSONSlice {
        try refuseByteOrderMark()
        skipSpace()
        let value = try scanValue(into: &sink, depth: 0)
        try scanEnd()
        return value
    }

    /// A value that stands in `depth` others and begins right here.
    @inline(__always)
    mutating func scanValue<Sink: JSONSink & ~Copyable>(
        into sink: inout Sink, depth: Int
    ) throws(JSONError) -> JSONSlice {
        let byte = try peek(.value)
        if byte == ASCII.braceOpen || byte == ASCII.bracketOpen {
            return try scanContainer(into: &sink, depth: depth)
        }
        return try scanScalar(byte, into: &sink)
    }

    /// An object or array with all that is in it. A loop with its own stack: the text decides how
    /// deep it goes, and must not decide about the stack of the thread.
    @inline(never)
    private mutating func scanContainer<Sink: JSONSink & ~Copyable>(
        into sink: inout Sink, depth: Int
    ) throws(JSONError) -> JSONSlice {
        let start = at
        var nesting = Nesting(depth: depth)
        var kind = JSONKind.null
        while true {
            // A value begins here, or an object or array that was just opened ends here.
            let byte = try peek(.value)
            if byte == ASCII.braceOpen || byte == ASCII.bracketOpen {
                kind = byte == ASCII.braceOpen ? .object : .array
                guard nesting.push(kind) else { throw JSONError(.nestingTooDeep, at: at) }
                sink.begin(kind)
                at += 1
                skipSpace()
                if kind == .object {
                    if try peek(.key) != ASCII.braceClose {
                        try sink.key(try scanKey(), in: bytes)
                        continue
                    }
                } else if try peek(.value) != ASCII.bracketClose {
                    continue
                }
            } else {
                _ = try scanScalar(byte, into: &sink)
                skipSpace()
            }
            // A value has ended, or a bracket closes: where it stood says what comes next.
            while true {
                let next = try peek(kind == .object ? .commaOrBrace : .commaOrBracket)
                if next == ASCII.comma {
                    at += 1
                    skipSpace()
                    if kind == .object { try sink.key(try scanKey(), in: bytes) }
                    break
                }
                guard next == (kind == .object ? ASCII.braceClose : ASCII.bracketClose) else {
                    throw unexpected(kind == .object ? .commaOrBrace : .commaOrBracket)
                }
                at += 1
                sink.end(kind)
                guard let outer = nesting.pop() else { return JSONSlice(kind, start..<at) }
                kind = outer
                skipSpace()
            }
        }
    }

    /// A key, the colon behind it and the white space behind that.
    @inline(__always)
    mutating func scanKey() throws(JSONError) -> JSONSlice {
        guard try peek(.key) == ASCII.quote else { throw unexpected(.key) }
        let key = try scanString()
        skipSpace()
        guard try peek(.colon) == ASCII.colon else { throw unexpected(.colon) }
        at += 1
        skipSpace()
        return key
    }

    @inline(__always)
    private mutating func scanScalar<Sink: JSONSink & ~Copyable>(
        _ byte: UInt8, into sink: inout Sink
    ) throws(JSONError) -> JSONSlice {
        let slice: JSONSlice
        switch byte {
        case ASCII.quote: slice = try scanString()
        case ASCII.minus, ASCII.zero...ASCII.zero + 9: slice = try scanNumber()
        // The first four bytes of each word as a little-endian integer.
        case UInt8(ascii: "t"): slice = try scanWord(.true, 0x6575_7274, "true")
        case UInt8(ascii: "f"): slice = try scanWord(.false, 0x736C_6166, "false")
        case UInt8(ascii: "n"): slice = try scanWord(.null, 0x6C6C_756E, "null")
        default: throw unexpected(.value)
        }
        try sink.scalar(slice, in: bytes)
        return slice
    }

    @inline(__always)
    private mutating func scanWord(
        _ kind: JSONKind, _ head: UInt32, _ word: StaticString
    ) throws(JSONError) -> JSONSlice {
        let start = at
        let length = kind == .false ? 5 : 4
        guard at + length <= end, bytes.u32(at: at) == head,
            kind != .false || bytes.u8(at: at + 4) == UInt8(ascii: "e")
        else { throw misspelled(word) }
        at += length
        return JSONSlice(kind, start..<at)
    }

    /// Finds the first byte that departs from the word.
    @inline(never)
    private mutating func misspelled(_ word: StaticString) -> JSONError {
        for letter in word.description.utf8 {
            if at == end || bytes.u8(at: at) != letter { break }
            at += 1
        }
        return unexpected(.literal)
    }

    /// Nothing but white space up to the end.
    @inline(__always)
    mutating func scanEnd() throws(JSONError) {
        skipSpace()
        if at < end {
            throw JSONError(.trailingBytes, at: at, expected: .end, found: bytes.u8(at: at))
        }
    }

    @inline(__always)
    mutating func skipSpace() {
        while at < end {
            let byte = bytes.u8(at: at)
            if byte > ASCII.space || !ASCII.isSpace(byte) { return }
            at += 1
        }
    }

    /// The byte here, which is left where it is.
    @inline(__always)
    func peek(_ expected: JSONError.Expected) throws(JSONError) -> UInt8 {
        guard at < end else { throw unexpected(expected) }
        return bytes.u8(at: at)
    }

    /// The error for what stands here, or for the end.
    @inline(never)
    func unexpected(
        _ expected: JSONError.Expected, _ code: JSONError.Code = .unexpectedByte
    ) -> JSONError {
        guard at < end else { return JSONError(.unexpectedEnd, at: end, expected: expected) }
        return JSONError(code, at: at, expected: expected, found: bytes.u8(at: at))
    }

    func refuseByteOrderMark() throws(JSONError) {
        if at == 0, end >= 3, bytes.u16(at: 0) == 0xBBEF, bytes.u8(at: 2) == 0xBF {
            throw JSONError(.byteOrderMark, at: 0)
        }
    }
}
