/// The entity tag of a page: the same where the page is of the same events, which never change, and leads to the same others.
///
/// Weak: packed or not, and from one version of the server to the next, the bytes may be others.
struct PageTag {
    private var state: UInt64 = 0xcbf2_9ce4_8422_2325

    /// - Parameter history: of the journal, and what else distinguishes the page.
    init(_ history: String, isBare: Bool) {
        for byte in history.utf8 { add(UInt64(byte)) }
        add(isBare ? 1 : 0)
    }

    mutating func add(_ number: UInt64) {
        state = (state ^ number) &* 0x9e37_79b9_7f4a_7c15
        state ^= state >> 29
    }

    var text: String { "W/\"" + String(state, radix: 16) + "\"" }
}
