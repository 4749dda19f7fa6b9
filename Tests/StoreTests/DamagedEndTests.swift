import Daybook
import DaybookBytes
import DaybookJournal
import DaybookPlatform
import DaybookStore
import Testing

/// A store of which a full segment is damaged that no index covers: it can be read up to there.
@Suite struct DamagedEndTests {
    private let store: EmbeddedStore
    /// The event in which the damage lies.
    private let damaged: Position
    private static let count = 300

    init() async throws {
        let disk = MemoryDisk()
        let writer = try await EmbeddedStore.open(on: disk)
        for number in 1...Self.count {
            // Wherever the damage lies in it, its number stands beside.
            let text = String(repeating: "<\(1000 + number)>", count: 3 << 10)
            var event = Event(type: "noted", data: text)
            event.tags = ["all"]
            try await writer.append([event], to: "account-\(number % 10)")
        }
        try await writer.append([Event(type: "noted")], to: "late-1")
        try await writer.close()
        let path = "journals/main/segments/0000000002.0"
        let segment = try OpenFile(disk, path, .read)
        let block = try segment.read(12, at: 700_000)
        let beside = block.bytes.copied()
        let numbers = beside.split { $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: ">") }
        let number = try #require(numbers.first { $0.count == 4 })
        damaged = try #require(Position(String(decoding: number, as: UTF8.self))) - 1000
        let file = try disk.open(path, .readWrite)
        try disk.writeAll(file, [UInt8](repeating: 0xA5, count: 16).rawSpan, at: 700_000)
        disk.close(file)
        store = try await EmbeddedStore.open(on: disk, .readOnly)
    }

    private func expectDamage<Answer>(
        _ what: String, _ body: (EmbeddedStore) async throws -> Answer
    ) async throws {
        do {
            let answer = try await body(store)
            Issue.record("\(what) was answered: \(answer)")
        } catch let error as StoreError {
            #expect(error.code == .corrupt, "\(what): \(error)")
            #expect(error.place?.contains("0000000002.0") == true, "\(what): \(error)")
        }
    }

    @Test func `Whatever depends on the end is refused with the damage`() async throws {
        try await expectDamage("head") { try await $0.head() }
        try await expectDamage("statistics") { try await $0.statistics() }
        try await expectDamage("a stream") { try await $0.stream("account-1") }
        try await expectDamage("streams") {
            try await $0.streams(prefix: "late", after: nil, limit: 10)
        }
        try await expectDamage("a mark") { try await $0.tracking("consumer") }
        try await expectDamage("a record") { try await $0.record(owner: "o", key: "k") }
        try await expectDamage("a stream behind it") { try await $0.events(.stream("late-1")) }
        try await expectDamage("a subscription behind it") {
            try await $0.subscribe(Subscription(from: .after(Position(Self.count))))
        }
        let selections: [Selection] = [
            .all, .stream("account-1"), .category("account"),
            .query(Query([Query.Item(tags: ["all"])])),
        ]
        for selection in selections {
            try await expectDamage("\(selection) backwards") {
                try await $0.events(Read(selection, .backwards, limit: 1))
            }
            try await expectDamage("\(selection) to its end") {
                try await $0.events(Read(selection))
            }
        }
        try await expectDamage("all before an instant behind it") {
            try await $0.events(
                Read(.all, .backwards, from: .time(Timestamp(microseconds: .max)), limit: 1))
        }
    }

    @Test func `What lies before the damage is read in both directions`() async throws {
        let cursor = try store.cursor(Read())
        var positions: [Position] = []
        do {
            while let batch = try await cursor.next() { positions += batch.events.map(\.position) }
            Issue.record("the read came to an end")
        } catch { #expect(error.code == .corrupt) }
        #expect(damaged > 50 && positions == Array(1..<damaged))
        let back = try await store.events(Read(.all, .backwards, from: .position(5)))
        #expect(back.map(\.position) == [5, 4, 3, 2, 1])
        let tagged = Query([Query.Item(tags: ["all"])])
        let found = try await store.events(
            Read(.query(tagged), .backwards, from: .position(4), limit: 2))
        #expect(found.map(\.position) == [4, 3])
        #expect(try await store.events(Read(limit: 3)).map(\.position) == [1, 2, 3])
    }
}

/// What is said of an index that is gone.
@Suite struct MissingIndexTests {
    @Test(.timeLimit(.minutes(15)))
    func `It is noted where there would have to be one`() async throws {
        let disk = MemoryDisk()
        let store = try await EmbeddedStore.open(on: disk)
        for number in 1...4 {
            let events = (0..<30_000).map { _ in Event(type: "noted") }
            try await store.append(events, to: "account-\(number)")
        }
        await store.settleIndex()
        try await store.close()
        let before = try await EmbeddedStore.verify(on: disk)
        #expect(!before.notes.contains { $0.contains("no index") }, "\(before.notes)")
        let folder = "journals/main/index"
        let runs = try disk.list(folder)
        #expect(!runs.isEmpty)
        for name in runs { try disk.remove("\(folder)/\(name)") }
        let after = try await EmbeddedStore.verify(on: disk)
        #expect(after.findings.isEmpty)
        #expect(after.notes.contains { $0.contains("no index") }, "\(after.notes)")
    }
}
