package import Daybook
package import DaybookJournal

/// What somebody who waits at the head waits for.
package enum HeadInterest: Hashable {
    /// Whatever comes.
    case everything
    /// What happens to a stream.
    case stream(StreamHash)
    case list(EventList)
    /// What matches a query, which was validated.
    case query(SpelledQuery)
    /// What a filter lets pass, each a thing by itself.
    case filtered(NamedFilter)

    /// The interest in what a filter lets pass.
    package static func filter(_ filter: any HeadFilter) -> HeadInterest {
        .filtered(NamedFilter(filter))
    }

    /// A filter, told from others by being the same object.
    package struct NamedFilter: Hashable {
        let filter: any HeadFilter

        init(_ filter: any HeadFilter) { self.filter = filter }

        package static func == (left: NamedFilter, right: NamedFilter) -> Bool {
            left.filter === right.filter
        }

        package func hash(into hasher: inout Hasher) {
            hasher.combine(ObjectIdentifier(filter))
        }
    }
}

/// A query that is the same as another where its names are the same bytes.
package struct SpelledQuery: Hashable {
    private struct Item: Hashable {
        let types: Set<Spelling>
        let tags: Set<Spelling>
        /// Stream, category, correlation.
        let names: [Spelling?]

        init(_ item: Query.Item) {
            types = Set(item.types.map { Spelling($0) })
            tags = Set(item.tags.map { Spelling($0) })
            names = [item.stream, item.category, item.correlation].map { $0.map { Spelling($0) } }
        }
    }

    let query: Query
    private let items: [Item]

    package init(_ query: Query) {
        self.query = query
        items = query.items.map { Item($0) }
    }

    package static func == (left: SpelledQuery, right: SpelledQuery) -> Bool {
        left.items == right.items
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(items) }
}

/// Says which events somebody wants where no query can say it. Belongs to a loop.
package protocol HeadFilter: AnyObject {
    /// What matches all that it wants, and maybe more; nil where it has to see every event.
    var query: Query? { get }
    /// Whether it may want an event.
    func mayWant(_ event: borrowing EventView) -> Bool
}
