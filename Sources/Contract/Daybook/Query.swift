/// Which events, by type, tag, stream, category or correlation.
///
/// An item matches an event whose type is one of the item's types *and* that has all of its tags (and lies in
/// its stream or category and has its correlation, where it names one); a query matches what any of its items matches.
public struct Query: Hashable, Sendable {
    /// One alternative. At least one of its fields says something: an empty item is refused.
    public struct Item: Hashable, Sendable {
        /// Any of these types; empty: whatever type.
        public var types: Set<String>
        /// All of these tags; empty: whatever tags.
        public var tags: Set<String>
        /// Only in this stream.
        public var stream: String?
        /// Only in streams of this category.
        public var category: String?
        /// Only with this correlation.
        public var correlation: String?

        public init(
            types: Set<String> = [], tags: Set<String> = [], stream: String? = nil,
            category: String? = nil, correlation: String? = nil
        ) {
            self.types = types
            self.tags = tags
            self.stream = stream
            self.category = category
            self.correlation = correlation
        }

        public var isEmpty: Bool {
            types.isEmpty && tags.isEmpty && stream == nil && category == nil
                && correlation == nil
        }
    }

    /// The alternatives; none at all means every event.
    public var items: [Item]

    /// At least one item, each saying something; checked when the query is used.
    public init(_ items: [Item]) { self.items = items }

    /// Every event.
    public static let all = Query([])

    public static func types(_ types: Set<String>) -> Query { Query([Item(types: types)]) }
    public static func tags(_ tags: Set<String>) -> Query { Query([Item(tags: tags)]) }
    public static func matching(types: Set<String> = [], tags: Set<String> = []) -> Query {
        Query([Item(types: types, tags: tags)])
    }

    /// What either of the two matches.
    public func or(_ other: Query) -> Query {
        items.isEmpty || other.items.isEmpty ? .all : Query(items + other.items)
    }
}
