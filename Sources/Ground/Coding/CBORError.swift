/// Why bytes are not CBOR, and at which byte.
public struct CBORError: Error, Equatable, Sendable {
    /// What is wrong; the same for all bytes with the same fault.
    public enum Code: String, Sendable, CaseIterable {
        /// The bytes end before their value does.
        case unexpectedEnd
        /// A first byte that no value begins with.
        case unexpectedByte
        /// The byte FF where nothing of indefinite length can end.
        case unexpectedBreak
        /// A string in pieces one of which is no string of the same kind and of definite length.
        case invalidPiece
        /// A simple value below 32 in two bytes.
        case invalidSimpleValue
        /// A text that is not UTF-8.
        case invalidUTF8
        /// More levels of maps and arrays than in JSON.
        case nestingTooDeep
        /// Something follows the value.
        case trailingBytes
    }

    /// What is wrong.
    public let code: Code
    /// Where: the first byte that cannot stand where it stands, the length where the bytes end.
    public let offset: Int

    init(_ code: Code, at offset: Int) {
        self.code = code
        self.offset = offset
    }
}

extension CBORError: CustomStringConvertible {
    /// What is wrong, and where, as one line for a person.
    public var description: String {
        switch code {
        case .unexpectedEnd: "the bytes end at \(offset), inside a value"
        case .unexpectedByte: "no value begins with the byte at \(offset)"
        case .unexpectedBreak: "the break at byte \(offset) ends nothing"
        case .invalidPiece: "a string in pieces has something else among them at byte \(offset)"
        case .invalidSimpleValue: "the simple value at byte \(offset) is written too long"
        case .invalidUTF8: "a text is not UTF-8: the sequence at byte \(offset) is broken"
        case .nestingTooDeep: "at byte \(offset) maps and arrays are nested too deep"
        case .trailingBytes: "the value is complete, but more follows at byte \(offset)"
        }
    }
}
