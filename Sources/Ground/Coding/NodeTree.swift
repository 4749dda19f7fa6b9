import DaybookBytes
import DaybookJSON

/// What a value has encoded so far: nodes that name one another by number, so that containers can
/// be filled in any order. All of it is written when the value is complete.
struct NodeTree: ~Copyable {
    static let root = 0

    enum Kind {
        /// A place whose value has encoded nothing: an object without members.
        case empty
        /// Nothing is written of it: its value failed, or its key came again.
        case absent
        case null, `true`, `false`
        /// The bits of an `Int64`, of a `UInt64` beyond it, of a `Float`, of a `Double`.
        case integer, unsigned, float, double
        /// Where the content stands in ``text``: its start, and how many bytes above 32 bits. An
        /// integer of 128 bits is its sign, 0 or 1, and its magnitude.
        case string, bytes, wide
        /// Its first child, and its last above 32 bits; 0 for none.
        case object, array
    }

    struct Node: BitwiseCopyable {
        var kind: Kind
        var hasKey = false
        var parent: UInt32
        /// The next child of the parent, 0 for none.
        var next: UInt32 = 0
        var keyStart: UInt32 = 0
        var keyCount: UInt32 = 0
        var bits: UInt64

        var key: Range<Int> { Int(keyStart)..<Int(keyStart) + Int(keyCount) }
        var content: Range<Int> {
            Int(bits & 0xFFFF_FFFF)..<Int(bits & 0xFFFF_FFFF) + Int(bits >> 32)
        }
        var firstChild: Int { Int(bits & 0xFFFF_FFFF) }
        var lastChild: Int { Int(bits >> 32) }
    }

    let format: PayloadFormat
    var nodes = FlatArray<Node>(capacity: 32)
    /// Keys and strings, one behind another.
    var text = ByteWriter()
    var table = KeyTable()

    init(_ format: PayloadFormat) { self.format = format }

    /// Forgets all but the place of the whole value.
    mutating func start() {
        nodes.removeAll()
        text.removeAll()
        nodes.append(Node(kind: .empty, parent: 0, bits: 0))
    }

    /// A place for a member of an object.
    @inline(__always)
    mutating func add(to object: Int, key: String) -> Int {
        let start = text.count
        text.append(key.utf8Span.bytes)
        let node = add(to: object)
        nodes[node].hasKey = true
        nodes[node].keyStart = UInt32(truncatingIfNeeded: start)
        nodes[node].keyCount = UInt32(truncatingIfNeeded: text.count - start)
        return node
    }

    /// A place for an element of an array.
    mutating func add(to container: Int) -> Int {
        let node = nodes.count
        nodes.append(Node(kind: .empty, parent: UInt32(truncatingIfNeeded: container), bits: 0))
        let children = nodes[container].bits
        if children == 0 {
            nodes[container].bits = UInt64(node) << 32 | UInt64(node)
        } else {
            nodes[Int(children >> 32)].next = UInt32(truncatingIfNeeded: node)
            nodes[container].bits = UInt64(node) << 32 | children & 0xFFFF_FFFF
        }
        return node
    }

    /// Makes a place a container, unless it is the same one already.
    mutating func open(_ kind: Kind, at node: Int) {
        if nodes[node].kind == kind { return }
        precondition(nodes[node].kind == .empty, "a value encodes itself in one way")
        nodes[node].kind = kind
    }

    @inline(__always)
    mutating func set(_ kind: Kind, _ bits: UInt64 = 0, at node: Int) {
        precondition(nodes[node].kind == .empty, "a value encodes itself once")
        nodes[node].kind = kind
        nodes[node].bits = bits
    }

    mutating func set(_ kind: Kind, _ content: RawSpan, at node: Int) {
        let start = text.count
        text.append(content)
        set(kind, UInt64(content.byteCount) << 32 | UInt64(start), at: node)
    }

    mutating func set(_ value: Bool, at node: Int) { set(value ? .true : .false, at: node) }

    @inline(__always)
    mutating func set(_ value: String, at node: Int) {
        set(.string, value.utf8Span.bytes, at: node)
    }

    @inline(__always)
    mutating func set(_ value: some FixedWidthInteger, at node: Int) {
        if let value = Int64(exactly: value) {
            set(.integer, UInt64(bitPattern: value), at: node)
        } else if let value = UInt64(exactly: value) {
            set(.unsigned, value, at: node)
        } else {
            let start = text.count
            let magnitude = UInt128(value.magnitude)
            text.append(UInt8(value < 0 ? 1 : 0))
            text.append(UInt64(truncatingIfNeeded: magnitude))
            text.append(UInt64(truncatingIfNeeded: magnitude >> 64))
            set(.wide, 17 << 32 | UInt64(start), at: node)
        }
    }

    /// Whether the whole value has encoded nothing.
    var isEmpty: Bool { nodes[Self.root].kind == .empty }

    /// Takes back what was encoded at a place.
    mutating func clear(_ node: Int) {
        nodes[node].kind = .empty
        nodes[node].bits = 0
    }

    /// Takes a place back.
    mutating func drop(_ node: Int) { nodes[node].kind = .absent }

    /// The way from the root to a place: worked out where somebody asks.
    func path(to node: Int) -> [any CodingKey] {
        var path: [any CodingKey] = []
        var node = node
        while node != Self.root {
            let parent = Int(nodes[node].parent)
            if nodes[node].hasKey {
                path.append(PathKey(text.bytes.extracting(nodes[node].key).text()))
            } else {
                var place = 0
                var sibling = nodes[parent].firstChild
                while sibling != node {
                    sibling = Int(nodes[sibling].next)
                    place += 1
                }
                path.append(PathKey(place))
            }
            node = parent
        }
        return path.reversed()
    }
}
