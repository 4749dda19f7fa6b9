/// Which objects and arrays are open around a place in a text: one bit a level, in the stack frame.
struct Nesting {
    // 8 words of 64 bits are nestingDepthMax levels.
    private var words = InlineArray<8, UInt64>(repeating: 0)
    private var depth: Int
    private let base: Int

    /// Nothing is open yet but `depth` levels that somebody else keeps.
    @inline(__always)
    init(depth: Int) {
        self.depth = depth
        base = depth
    }

    /// Opens a level; false where there are too many.
    @inline(__always)
    mutating func push(_ kind: JSONKind) -> Bool {
        guard depth < JSONScanner.nestingDepthMax else { return false }
        let bit: UInt64 = 1 << UInt64(depth & 63)
        if kind == .object { words[depth >> 6] |= bit } else { words[depth >> 6] &= ~bit }
        depth += 1
        return true
    }

    /// Closes the innermost level and says what the one around it is, nil where there is none.
    @inline(__always)
    mutating func pop() -> JSONKind? {
        depth -= 1
        if depth == base { return nil }
        let outer = depth - 1
        return words[outer >> 6] >> UInt64(outer & 63) & 1 == 1 ? .object : .array
    }
}
