import DaybookBytes

/// Strict JSON (RFC 8259) on raw bytes.
///
/// The module has three doors. ``JSONScanner`` walks over the fields of a text without building
/// anything, ``JSONValue`` is the tree for whoever needs one, and ``JSONWriter`` writes. All three
/// share one grammar, in `JSONScanner+Values.swift`, so that what one accepts the others accept.
///
/// Strict means: UTF-8 without overlong forms and surrogates and without a byte order mark, no lone
/// `\u` surrogates, nothing behind the value but white space, and at most
/// ``JSONScanner/nestingDepthMax`` levels. Nothing is repaired.
public enum JSON {
    /// Checks that the bytes are one JSON value, with white space around it at most.
    ///
    /// One pass in constant memory.
    ///
    /// - Throws: ``JSONError`` with the first byte that cannot stand where it stands.
    public static func validate(_ bytes: RawSpan) throws(JSONError) {
        _ = try slice(of: bytes)
    }

    /// Checks the bytes as ``validate(_:)`` does and says what value they hold, and where.
    ///
    /// - Throws: ``JSONError`` with the first byte that cannot stand where it stands.
    public static func slice(of bytes: RawSpan) throws(JSONError) -> JSONSlice {
        var scanner = JSONScanner(unchecked: bytes)
        var nothing = JSONNothing()
        return try scanner.scanDocument(into: &nothing)
    }
}
