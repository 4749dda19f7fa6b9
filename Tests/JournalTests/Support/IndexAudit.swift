import Daybook
import DaybookPlatform

@testable import DaybookJournal

/// Compares an index with what a look at every frame says.
struct IndexAudit {
    private let events: [RecordedEvent]
    private let frames: [StoreScan.Frame]
    private let index: JournalIndex

    init(_ scan: StoreScan, _ index: JournalIndex) {
        events = scan.events
        frames = scan.frames
        self.index = index
    }

    func check(_ when: String) throws {
        for name in Set(events.map(\.stream)) { try checkStream(name, when) }
        let queries = [
            Query.types(["opened"]), .types(["moved", "went-on"]), .tags(["customer:1"]),
            .matching(types: ["opened"], tags: ["customer:0"]),
            Query([Query.Item(category: "account")]),
            Query([Query.Item(types: ["opened"], category: "order"), Query.Item(stream: "journal")]
            ),
        ]
        for query in queries { try checkQuery(query, when) }
        try checkLists(when)
        try checkMarks(when)
        try checkRecords(when)
    }

    private func checkStream(_ name: String, _ when: String) throws {
        let own = events.filter { $0.stream == name }
        let facts = try index.facts(name, .mayBlock)
        try require(facts.next == Revision(own.count), "\(when): the index counts \(name) wrong")
        let found = try index.positions(
            stream: name, revisions: 0..<facts.next, .mayBlock)
        try require(
            found.positions == own.map(\.position), "\(when): the index places \(name) wrong")
        for limit in [1, 3, 100] {
            try checkLook(name, own.map(\.position), facts, limit: limit, when)
        }
        let metadata = events.filter { $0.stream == StreamName.metadata(of: name) }
        let ended = metadata.contains { $0.type == SystemType.tombstoned }
        try require(facts.isTombstoned == ended, "\(when): the tombstone of \(name)")
        let deleted = metadata.last {
            $0.type == SystemType.softDeleted || $0.type == SystemType.tombstoned
        }
        let first = deleted.map { last in own.count { $0.position < last.position } } ?? 0
        try require(facts.first == Revision(first), "\(when): where \(name) begins")
    }

    /// What is found by one look, in both directions, and within bounds.
    private func checkLook(
        _ name: String, _ own: [Position], _ facts: StreamFacts, limit: Int, _ when: String
    ) throws {
        guard let last = events.last?.position, let middle = own.dropFirst(own.count / 2).first
        else { return }
        for isBackwards in [false, true] {
            let look = try index.look(at: name, backwards: isBackwards, limit: limit, .mayBlock)
            try require(look.facts == facts, "\(when): a look at \(name) tells otherwise")
            for (revision, position) in own.enumerated() {
                let found = try look.position(of: Revision(revision), .mayBlock)
                try require(found == position, "\(when): \(name) at \(revision)")
            }
            try require(
                try look.position(of: facts.next, .mayBlock) == nil, "\(when): \(name) at its end")
            for bounds in [1...last, middle...last, 1...middle, middle...middle] {
                // Nil: where it is asked for by position, the index is asked again.
                guard let chunk = try look.positions(in: bounds, .mayBlock) else { continue }
                let passed =
                    isBackwards
                    ? chunk.lookedAt...bounds.upperBound : bounds.lowerBound...chunk.lookedAt
                let expected = own.filter { passed.contains($0) }
                let isExpected = chunk.positions == (isBackwards ? expected.reversed() : expected)
                try require(
                    isExpected && chunk.positions.count <= limit,
                    "\(when): a look finds \(chunk) of \(name) within \(bounds)")
                let isWhole = passed == bounds || chunk.positions.count == limit
                try require(
                    isWhole || limit < own.count, "\(when): a look at \(name) gives up early")
            }
        }
    }

    private func checkQuery(_ query: Query, _ when: String) throws {
        guard let last = events.last?.position else { return }
        let expected = events.filter {
            query.matches(
                stream: $0.stream, type: $0.type, tags: $0.tags, correlation: $0.correlation)
        }
        var found: [Position] = []
        var at: Position = 0
        while at < last {
            let chunk = try index.positions(
                IndexRequest(query, in: at + 1...last, limit: .max), .mayBlock)
            found += chunk.positions
            at = chunk.lookedAt
        }
        try require(
            found == expected.map(\.position), "\(when): the index answers \(query) wrong"
        )
    }

    private func checkLists(_ when: String) throws {
        let plain = events.filter { !StreamName.isSystem($0.stream) }
        let firsts = plain.filter { $0.revision == 0 }
        let category = { (event: RecordedEvent) in StreamName.category(of: event.stream) }
        var lists: [(EventList, [RecordedEvent])] = [(.streams, firsts), (.type("none"), [])]
        for name in Set(plain.compactMap(category)) {
            lists.append((.category(String(name)), plain.filter { category($0) == name }))
            lists.append((.streamsOfCategory(String(name)), firsts.filter { category($0) == name }))
        }
        for type in Set(plain.map(\.type)) {
            lists.append((.type(type), plain.filter { $0.type == type }))
        }
        for text in Set(plain.compactMap(\.correlation)).sorted().prefix(3) {
            lists.append((.correlation(text), plain.filter { $0.correlation == text }))
        }
        let last = events.last?.position ?? 0
        for head in Set([last, last / 2, last / 3]) {
            for (list, listed) in lists {
                let all = listed.map(\.position).filter { $0 <= head }
                try checkList(list, all, upTo: head, "\(when), \(list) up to \(head)")
            }
        }
    }

    private func checkList(
        _ list: EventList, _ all: [Position], upTo head: Position, _ when: String
    ) throws {
        let count = Ordinal(all.count)
        for ordinal in [count, count + 3, .max] {
            let place = try index.place(of: ordinal, in: list, upTo: head, .mayBlock)
            try require(
                place == ListPlace(ordinal: count, position: head + 1), "\(when): its end")
        }
        for ordinal in stride(from: 0, to: all.count, by: max(1, all.count / 9)) {
            let place = try index.place(of: Ordinal(ordinal), in: list, upTo: head, .mayBlock)
            try require(
                place == ListPlace(ordinal: Ordinal(ordinal), position: all[ordinal]),
                "\(when): ordinal \(ordinal)")
        }
        if head == 0 { return }
        for (backwards, limit) in [(false, 7), (true, 7), (false, 200), (true, 200)] {
            var found: [Position] = []
            var bounds: ClosedRange<Position>? = 1...head
            while let some = bounds {
                let chunk = try index.positions(
                    of: list, in: some, backwards: backwards, limit: limit, .mayBlock)
                try require(chunk.positions.count <= limit, "\(when): more than the limit")
                found += chunk.positions
                let (low, high) =
                    backwards
                    ? (some.lowerBound, chunk.lookedAt - 1) : (chunk.lookedAt + 1, some.upperBound)
                bounds = low <= high ? low...high : nil
            }
            try require(
                found == (backwards ? all.reversed() : all),
                "\(when): its positions, \(limit) by \(limit), backwards: \(backwards)")
        }
    }

    private func checkMarks(_ when: String) throws {
        var marks: [String: TrackingToken] = [:]
        for mark in frames.compactMap(\.fields.tracking) {
            let before = marks[mark.consumer]?.token
            try require(before == mark.from, "\(when): a mark of \(mark.consumer) does not follow")
            marks[mark.consumer] = TrackingToken(token: mark.to, note: mark.note)
        }
        for consumer in ["importer-0", "importer-1"] {
            try require(
                try index.tracking(consumer, .mayBlock) == marks[consumer],
                "\(when): the mark of \(consumer)")
        }
    }

    private func checkRecords(_ when: String) throws {
        var values: [[String]: RecordValue] = [:]
        for fields in frames.map(\.fields) {
            for (offset, record) in fields.records.enumerated() {
                values[[record.owner, record.key]] = record.value.map {
                    RecordValue(
                        key: record.key, value: $0, sequence: fields.firstRecord + UInt64(offset))
                }
            }
        }
        for (owner, key) in [
            ("queue", "key-0"), ("queue", "key-1"), ("queue", "key-2"), ("timer", "t"),
        ] {
            try require(
                try index.record(owner: owner, key: key, .mayBlock) == values[[owner, key]],
                "\(when): the record \(owner) \(key)")
        }
    }
}
