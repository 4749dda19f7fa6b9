import Daybook
import DaybookBytes

/// Where the events of a set stand, as a scan found it: what reads are compared with.
struct Places: Sendable {
    private(set) var byType: [String: [UInt32]] = [:]
    private(set) var byTag: [String: [UInt32]] = [:]
    private(set) var byStream: [String: [UInt32]] = [:]
    private(set) var last: UInt32
    private let before: UInt32
    var count: Int { Int(last - before) }

    init(after before: Position) {
        self.before = UInt32(before)
        last = self.before
    }

    /// Takes the next event, and says whether its position and its revision leave no gap.
    mutating func add(_ names: EventNames, position: Position, revision: Revision) -> Bool {
        last += 1
        let place = UInt32(truncatingIfNeeded: position)
        byType[names.type, default: []].append(place)
        for tag in names.tags { byTag[tag, default: []].append(place) }
        let revisions = byStream[names.stream]?.count ?? 0
        byStream[names.stream, default: []].append(place)
        return position == Position(last) && revision == Revision(revisions)
    }

    var counts: [String: Int] { byType.mapValues(\.count) }
    var longestStream: Int { byStream.values.map(\.count).max() ?? 0 }

    /// What stands in streams of a category.
    func category(_ name: String) -> [UInt32] {
        byStream.filter { StreamName.category(of: $0.key).map(String.init) == name }
            .flatMap(\.value).sorted()
    }

    /// What a query matches, from sets of places.
    func matching(_ query: Query) -> [UInt32] {
        var all: Set<UInt32> = []
        for item in query.items {
            var found: Set<UInt32>?
            func narrow(_ places: some Sequence<UInt32>) {
                found = found?.intersection(places) ?? Set(places)
            }
            if !item.types.isEmpty { narrow(item.types.flatMap { byType[$0] ?? [] }) }
            for tag in item.tags { narrow(byTag[tag] ?? []) }
            if let stream = item.stream { narrow(byStream[stream] ?? []) }
            if let name = item.category { narrow(category(name)) }
            all.formUnion(found ?? [])
        }
        return all.sorted()
    }
}

/// The names of an event as text, made once for all who look at it.
struct EventNames {
    let stream: String
    let type: String
    let tags: [String]

    init(_ event: borrowing EventView) {
        stream = event.stream
        type = event.type
        var tags: [String] = []
        event.forEachTag { tags.append($0.text()) }
        self.tags = tags
    }
}
