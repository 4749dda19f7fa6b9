internal import DaybookBytes

/// A name as the key of a dictionary: the same as another where its bytes are. (A dictionary of strings takes two
/// spellings of the same characters for one.)
package struct Spelling: Hashable, Sendable {
    package let name: String

    package init(_ name: String) { self.name = name }

    package static func == (left: Spelling, right: Spelling) -> Bool {
        left.name.isSpelled(as: right.name)
    }

    package func hash(into hasher: inout Hasher) {
        for byte in name.utf8 { hasher.combine(byte) }
        hasher.combine(UInt8.max)
    }
}

extension String {
    /// Whether both are the same bytes. (`==` also holds for two spellings of the same characters.)
    package func isSpelled(as other: String) -> Bool {
        guard utf8.count == other.utf8.count else { return false }
        // Safe: every byte of a text is initialised.
        return unsafe utf8Span.span.bytes.isEqual(to: other.utf8Span.span.bytes)
    }
}
