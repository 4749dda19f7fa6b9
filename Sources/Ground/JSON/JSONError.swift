/// Why a text is not JSON, or not the JSON that was asked for, and at which byte.
///
/// `offset` is that of the first byte that cannot stand where it stands, counted from the start of
/// the span that was given to the reader. A lone surrogate and a broken UTF-8 sequence are named by
/// their own first byte, a text that ends too early by its length.
public struct JSONError: Error, Equatable, Sendable {
    /// What is wrong; the same for every text with the same fault.
    public enum Code: String, Sendable, CaseIterable {
        /// The text ends before its value does.
        case unexpectedEnd
        /// A byte stands where the grammar wants another.
        case unexpectedByte
        /// The text begins with the bytes EF BB BF.
        case byteOrderMark
        /// Something follows the value.
        case trailingBytes
        /// More levels of objects and arrays than ``JSONScanner/nestingDepthMax``.
        case nestingTooDeep
        /// A number that is not written as JSON wants it: `01`, `1.`, `1e`, `-`.
        case invalidNumber
        /// A byte below 0x20 inside a string.
        case controlCharacter
        /// A string that is not UTF-8.
        case invalidUTF8
        /// A backslash with something behind it that is no escape.
        case invalidEscape
        /// A `\u` escape that is half of a surrogate pair.
        case loneSurrogate
        /// A value of another kind than the one that was asked for.
        case wrongKind
        /// A number with a fraction where a whole one was asked for.
        case notInteger
        /// A whole number beyond the range of 64 bits.
        case integerOverflow
        /// A NaN or an infinity, which JSON cannot write.
        case notFinite
    }

    /// What the grammar, or the caller, wanted at the place of the error.
    enum Expected: UInt8 {
        case value, key, colon, commaOrBrace, commaOrBracket, end
        case digit, closingQuote, escape, hexDigit, secondSurrogate, literal, continuation
        case object, array, string, number, integer, bool, arrayOfStrings
    }

    /// What is wrong.
    public let code: Code
    /// Where: a byte offset.
    public let offset: Int
    let expected: Expected?
    let found: UInt8?

    init(_ code: Code, at offset: Int, expected: Expected? = nil, found: UInt8? = nil) {
        self.code = code
        self.offset = offset
        self.expected = expected
        self.found = found
    }
}

extension JSONError: CustomStringConvertible {
    /// What is wrong, where, and why, as one line for a person.
    public var description: String {
        let seen = found.map(Self.name(of:)) ?? "nothing"
        let wanted = expected.map(Self.name(of:)) ?? "something else"
        switch code {
        case .unexpectedEnd:
            return "the text ends at byte \(offset), where \(wanted) was expected"
        case .unexpectedByte:
            return "\(wanted) was expected at byte \(offset), but \(seen) stands there"
        case .byteOrderMark:
            return "the text begins with a byte order mark at byte \(offset): remove EF BB BF"
        case .trailingBytes:
            return "the value is complete, but \(seen) follows it at byte \(offset)"
        case .nestingTooDeep:
            return "at byte \(offset) objects and arrays are nested more than "
                + "\(JSONScanner.nestingDepthMax) deep"
        case .invalidNumber where expected == nil:
            return "a number may not begin with a zero and go on with \(seen) at byte \(offset)"
        case .invalidNumber:
            return "in a number \(wanted) was expected at byte \(offset), but \(seen) stands there"
        case .controlCharacter:
            return "a string holds the control character \(seen) at byte \(offset): escape it"
        case .invalidUTF8:
            return "a string is not UTF-8: the sequence at byte \(offset), \(seen), is broken"
        case .invalidEscape:
            return "\(wanted) was expected in an escape at byte \(offset), but \(seen) stands there"
        case .loneSurrogate:
            return "the escape at byte \(offset) is half of a surrogate pair without the other half"
        case .wrongKind:
            return "\(wanted) was asked for, but the value at byte \(offset) begins with \(seen)"
        case .notInteger:
            return "a whole number was asked for, but the one at byte \(offset) has a fraction"
        case .integerOverflow:
            return "the number at byte \(offset) does not fit into 64 bits with a sign"
        case .notFinite:
            return "at byte \(offset) of the output a number is not finite: JSON cannot write it"
        }
    }

    private static func name(of byte: UInt8) -> String {
        if byte > 0x20 && byte < 0x7F { return "`\(Unicode.Scalar(byte))`" }
        let digits = String(byte, radix: 16, uppercase: true)
        return "0x" + (digits.utf8.count < 2 ? "0" : "") + digits
    }

    private static func name(of expected: Expected) -> String {
        switch expected {
        case .value: "a value"
        case .key: "a key in quotes"
        case .colon: "a colon"
        case .commaOrBrace: "a comma or `}`"
        case .commaOrBracket: "a comma or `]`"
        case .end: "the end"
        case .digit: "a digit"
        case .closingQuote: "a closing quote"
        case .escape: "one of `\"\\/bfnrtu`"
        case .hexDigit: "a hexadecimal digit"
        case .secondSurrogate: "the second half of a surrogate pair"
        case .literal: "the rest of true, false or null"
        case .continuation: "the rest of a UTF-8 sequence"
        case .object: "an object"
        case .array: "an array"
        case .string: "a string"
        case .number: "a number and nothing else"
        case .integer: "a whole number"
        case .bool: "true or false"
        case .arrayOfStrings: "an array of strings"
        }
    }
}
