import DaybookBytes

/// The members of an object, in the order in which they were first set.
///
/// Looking up, setting and removing take constant time on average, however many members there are.
/// Setting a key that is there keeps its place. Keys are the same when their UTF-8 is the same:
/// Swift takes `é` and `e` with a combining accent for one string, JSON does not, and neither does
/// this.
///
/// Two objects are equal when they have the same members, in whatever order.
public struct JSONObject: Sendable {
    /// Up to this many members are searched one by one; beyond, an index is kept.
    static let searchedMax = 8

    struct Entry: Sendable {
        let key: String
        var value: JSONValue
    }

    // Invariants: without an index there are at most `searchedMax` entries and no holes; with one,
    // it has the slot of every entry that is there, and the holes, which removals leave so that
    // nothing moves, are at most about as many as the entries.
    private var entries: [Entry?] = []
    private var index: [JSONKey: Int]?

    /// An object without members.
    public init() {}

    /// How many members there are.
    public var count: Int { index?.count ?? entries.count }

    /// Whether there are none.
    public var isEmpty: Bool { count == 0 }

    /// The value of a key, nil where there is none; setting nil removes the member.
    public subscript(key: String) -> JSONValue? {
        get { slot(of: key).flatMap { entries[$0]?.value } }
        set {
            guard let newValue else {
                removeValue(forKey: key)
                return
            }
            if let slot = slot(of: key) {
                entries[slot]?.value = newValue
            } else {
                add(key, newValue)
            }
        }
    }

    /// Lets `change` work on the value of a key where it stands, on `null` for a key that is new.
    mutating func update(_ key: String, _ change: (inout JSONValue) -> Void) {
        let slot = slot(of: key) ?? add(key, .null)
        change(&entries[slot]!.value)
    }

    /// Takes a member out and answers with its value, nil where there is none.
    @discardableResult
    public mutating func removeValue(forKey key: String) -> JSONValue? {
        guard let slot = slot(of: key), let entry = entries[slot] else { return nil }
        guard index != nil else {
            entries.remove(at: slot)
            return entry.value
        }
        entries[slot] = nil
        index!.removeValue(forKey: JSONKey(key))
        if entries.count > 2 * index!.count + Self.searchedMax { closeHoles() }
        return entry.value
    }

    private func slot(of key: String) -> Int? {
        if let index { return index[JSONKey(key)] }
        let wanted = JSONKey(key)
        return entries.firstIndex { $0.map { JSONKey($0.key) == wanted } ?? false }
    }

    @discardableResult
    private mutating func add(_ key: String, _ value: JSONValue) -> Int {
        let slot = entries.count
        entries.append(Entry(key: key, value: value))
        if index != nil {
            index![JSONKey(key)] = slot
        } else if entries.count > Self.searchedMax {
            makeIndex()
        }
        return slot
    }

    /// Moves the entries together. Half of them were holes, so each removal has paid its share.
    private mutating func closeHoles() {
        entries.removeAll { $0 == nil }
        index = nil
        if entries.count > Self.searchedMax { makeIndex() }
    }

    private mutating func makeIndex() {
        var index: [JSONKey: Int] = [:]
        index.reserveCapacity(entries.count * 2)
        for (slot, entry) in entries.enumerated() {
            if let entry { index[JSONKey(entry.key)] = slot }
        }
        self.index = index
    }
}

extension JSONObject: Sequence {
    /// Goes through the members in their order.
    public struct Iterator: IteratorProtocol {
        var entries: [Entry?].Iterator

        /// The next member, nil behind the last.
        public mutating func next() -> (key: String, value: JSONValue)? {
            while let slot = entries.next() {
                if let entry = slot { return (entry.key, entry.value) }
            }
            return nil
        }
    }

    /// The members in their order.
    public func makeIterator() -> Iterator { Iterator(entries: entries.makeIterator()) }

    /// The number of members, which is exact.
    public var underestimatedCount: Int { count }
}

extension JSONObject: Hashable {
    /// Whether both have the same members, in whatever order.
    public static func == (one: JSONObject, other: JSONObject) -> Bool {
        one.count == other.count && one.allSatisfy { other[$0.key] == $0.value }
    }

    /// Feeds a sum over the members, which does not depend on their order.
    public func hash(into hasher: inout Hasher) {
        var sum = 0
        for (key, value) in self {
            var member = Hasher()
            member.combine(JSONKey(key))
            member.combine(value)
            sum &+= member.finalize()
        }
        hasher.combine(sum)
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    /// The members as they are written; of a key that stands twice, the last value.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        for (key, value) in elements { self[key] = value }
    }
}

/// A string that is equal only to the same UTF-8. Swift's own equality is that of Unicode's
/// canonical equivalence, under which two keys of one object would fall together.
struct JSONKey: Hashable {
    let text: String

    init(_ text: String) { self.text = text }

    static func == (one: JSONKey, other: JSONKey) -> Bool {
        one.text.utf8Span.bytes.isEqual(to: other.text.utf8Span.bytes)
    }

    func hash(into hasher: inout Hasher) {
        // Safe: the pointer does not leave the closure.
        unsafe text.utf8Span.bytes.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
        hasher.combine(UInt8(0xFF))
    }
}
