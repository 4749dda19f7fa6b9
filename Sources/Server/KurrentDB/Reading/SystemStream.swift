internal import Daybook
internal import DaybookBytes
internal import DaybookJournal
internal import DaybookStore

/// A stream of the system's that is a list of the store's: its entries are links, of which none is recorded.
///
/// | stream            | has a link to                                  |
/// |-------------------|------------------------------------------------|
/// | `$ce-order`       | every event of the streams `order-…`           |
/// | `$et-paid`        | every event of the type `paid`                 |
/// | `$bc-run-7`       | every event with the correlation `run-7`       |
/// | `$streams`        | the first event of every stream                |
/// | `$category-order` | the first event of every stream `order-…`      |
///
/// A link has its place in the list as its revision, for good. One to an event that is deleted or not kept stays.
package struct SystemStream: Hashable, Sendable {
    let name: String
    let list: EventList

    /// Nil for the name of any other stream.
    package init?(_ name: String) {
        guard let list = Self.list(name), (try? list.validate()) != nil else { return nil }
        self.name = name
        self.list = list
    }

    private static func list(_ name: String) -> EventList? {
        if name == "$streams" { return .streams }
        // By bytes: what follows the prefix may combine with its last character.
        for (prefix, list) in lists where name.utf8.starts(with: prefix.utf8) {
            return list(String(Substring(name.utf8.dropFirst(prefix.utf8.count))))
        }
        return nil
    }

    private static let lists: [(prefix: String, list: @Sendable (String) -> EventList)] = [
        ("$ce-", { .category($0) }), ("$et-", { .type($0) }), ("$bc-", { .correlation($0) }),
        ("$category-", { .streamsOfCategory($0) }),
    ]

    /// How it is: never written as long as it has no entry.
    func info() throws(StoreError) -> LookUp<StreamInfo> {
        try LookUp.count(of: list).map { [name] count in
            StreamInfo(
                name: name, state: count == 0 ? .never : .live(last: count - 1), firstRevision: 0,
                lastPosition: nil)
        }
    }
}

/// Makes the links of a system's stream.
package struct LinkMaker {
    private let stream: String
    private let high: UInt64
    private let low: UInt64

    package init(_ stream: SystemStream) {
        self.stream = stream.name
        let name = Array(stream.name.utf8)
        high = Self.hash(name, from: 0xCBF2_9CE4_8422_2325)
        low = Self.hash(name, from: 0x8422_2325_CBF2_9CE4)
    }

    /// The link at a place. Its id follows from the stream and the place, so that it is the same each time it is read: a
    /// UUID of version 8, 60 bits of which are those of the stream, and 62 of which no two places have in common.
    package func link(_ ordinal: UInt64) -> Streams.EventEncoder.Link {
        let version = high & ~0xF000 | 0x8000
        let place = (low &+ ordinal &* 0x9E37_79B9_7F4A_7C15) & (1 << 62 - 1)
        return Streams.EventEncoder.Link(
            id: EventID(high: version, low: place | 1 << 63), stream: stream, ordinal: ordinal)
    }

    /// The hash of Fowler, Noll and Vo in 64 bits, with its bits mixed: it must be the same in every run and version.
    private static func hash(_ name: [UInt8], from start: UInt64) -> UInt64 {
        var hash = start
        for byte in name { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        hash = (hash ^ hash >> 32) &* 0xD6E8_FEB8_6659_FD93
        return hash ^ hash >> 32
    }
}
