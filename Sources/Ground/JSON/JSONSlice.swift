/// The seven kinds of JSON value.
public enum JSONKind: UInt8, Sendable {
    case object, array, string, number, `true`, `false`, null
}

/// A value that a scanner has checked: its kind and the bytes on which it stands.
///
/// A slice holds offsets and no memory. It is read with the bytes it was made from; with other
/// bytes it stops the process where they are shorter, and gives other values where they are not.
public struct JSONSlice: Sendable, Equatable {
    /// What kind of value it is.
    public let kind: JSONKind
    /// Its bytes, from the first of the value to behind its last: a string's quotes are inside.
    public let range: Range<Int>
    /// Whether it is a string with escapes in it, so that its bytes are not its text.
    public let hasEscapes: Bool

    @inline(__always)
    init(_ kind: JSONKind, _ range: Range<Int>, hasEscapes: Bool = false) {
        self.kind = kind
        self.range = range
        self.hasEscapes = hasEscapes
    }

    /// The bytes of a string's text, where the text stands in the source as it is: nil for a string
    /// with escapes and for what is no string.
    public var plainText: Range<Int>? {
        guard kind == .string, !hasEscapes else { return nil }
        return range.lowerBound + 1..<range.upperBound - 1
    }
}

/// A member of an object that a scanner has checked: its key and its value.
public struct JSONField: Sendable, Equatable {
    /// The key, a string.
    public let key: JSONSlice
    /// The value, checked to its end.
    public let value: JSONSlice

    @inline(__always)
    init(key: JSONSlice, value: JSONSlice) {
        self.key = key
        self.value = value
    }
}
