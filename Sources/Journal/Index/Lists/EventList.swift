package import Daybook

/// A place in a list of events, from 0, without gaps.
package typealias Ordinal = UInt64

/// Events that have one thing in common, in the order of their positions, each with an ordinal. Those of the system's
/// streams are left out.
///
/// An event keeps its ordinal for good. The index counts events and the stubs that a compaction leaves of them alike,
/// so it is the same whenever the index is made.
package enum EventList: Hashable, Sendable {
    /// Of the streams of a category.
    case category(String)
    case type(String)
    case correlation(String)
    /// The first event of every stream.
    case streams
    /// The first event of every stream of a category.
    case streamsOfCategory(String)

    /// By the bytes of the name in it.
    package static func == (left: EventList, right: EventList) -> Bool {
        left.term == right.term
    }

    package func hash(into hasher: inout Hasher) {
        let (kind, name) = term
        hasher.combine(kind)
        hasher.combine(name)
    }

    /// Checks the name in it.
    /// - Throws: `invalid`.
    package func validate() throws(StoreError) {
        switch self {
        case .category(let name), .streamsOfCategory(let name): try NameKind.category.validate(name)
        case .type(let name): try NameKind.type.validate(name)
        case .correlation(let text):
            try Query([Query.Item(correlation: text)]).validate()
        case .streams: break
        }
    }

    /// The term of the index that lists them.
    var term: (kind: UInt8, name: [UInt8]) {
        switch self {
        case .category(let name): (TermKind.category.rawValue, Array(name.utf8))
        case .type(let name): (TermKind.type.rawValue, Array(name.utf8))
        case .correlation(let text): (TermKind.correlation.rawValue, Array(text.utf8))
        case .streams: (TermKind.first.rawValue, [])
        case .streamsOfCategory(let name): (TermKind.firstInCategory.rawValue, Array(name.utf8))
        }
    }
}

/// Where an event stands in a list.
package struct ListPlace: Hashable, Sendable {
    package var ordinal: Ordinal
    package var position: Position
    package init(ordinal: Ordinal, position: Position) {
        self.ordinal = ordinal
        self.position = position
    }
}
