import Daybook
import DaybookJournal
import DaybookPlatform
import DaybookStore
import DaybookStoreContract
import Testing

/// What is told of what came, to those who wait for some of it.
@Suite(.timeLimit(.minutes(15))) struct HeadNewsTests {
    @Test
    func `Of streams it knows all since it was asked, also those whose metadata were written`()
        async throws
    {
        let store = try await EmbeddedStore.open(on: MemoryDisk())
        try await store.append([Event(type: "t")], to: "early")
        #expect(store.news(after: 0, upTo: 0) == nil)
        #expect(try #require(store.news(after: 0, upTo: 1)).streams == nil, "nobody had asked")
        try await store.append([Event(type: "t"), Event(type: "u")], to: "a")
        try await store.append([Event(type: "t")], to: "b")
        _ = try await store.delete("c", .tombstone, expecting: .any)
        func streams(_ first: Position, _ last: Position) throws -> Set<StreamHash>? {
            try #require(store.news(after: first - 1, upTo: last)).streams
        }
        let (a, b, c) = (
            store.hash(ofStream: "a"), store.hash(ofStream: "b"), store.hash(ofStream: "c")
        )
        #expect(Set([a, b, c]).count == 3)
        #expect(store.hash(ofStream: "$$c") == c)
        #expect(try streams(2, 3) == [a])
        #expect(try streams(2, 5) == [a, b, c])
        #expect(try streams(5, 5) == [c])
        #expect(try streams(1, 5) == nil, "the first came before it was asked")
        try await store.close()
    }

    @Test func `Of streams it keeps the last few thousand`() async throws {
        let store = try await EmbeddedStore.open(on: MemoryDisk())
        try await store.append([Event(type: "t")], to: "first")
        _ = store.news(after: 0, upTo: 1)?.streams
        let count = Position(20_000)
        for part in 0..<20 {
            let events = (0..<1_000).map { _ in Event(type: "t") }
            try await store.append(events, to: "s-\(part)")
        }
        let head = store.headPosition
        #expect(head == count + 1)
        #expect(store.news(after: 1, upTo: head)?.streams == nil)
        #expect(
            store.news(after: head - 5_000, upTo: head)?.streams
                == Set((15..<20).map { store.hash(ofStream: "s-\($0)") }))
        try await store.close()
    }

    @Test func `Lists, queries and events are found among what came, and nowhere else`()
        async throws
    {
        var options = ContractEngine.smallOptions
        options.indexRunEventsMin = 16
        let store = try await EmbeddedStore.open(on: MemoryDisk(), options: options)
        for number in 0..<300 {
            let type = number.isMultiple(of: 7) ? "rare" : "usual"
            try await store.append([Event(type: type)], to: "order-\(number % 11)")
        }
        for first in stride(from: Position(1), to: 299, by: 3) {
            let last = first + 1
            let news = try #require(store.news(after: first - 1, upTo: last))
            let events = try #require(news.events).events
            #expect(events.map(\.position) == [first, last])
            let hasRare = events.contains { $0.type == "rare" }
            #expect(news.has(EventList.type("rare")) == hasRare)
            #expect(news.has(EventList.category("order")) == true)
            #expect(news.has(EventList.streams) == (first <= 11))
            #expect(news.has(Query([Query.Item(types: ["rare"])])) == hasRare)
            #expect(
                news.has(Query([Query.Item(stream: "order-3")]))
                    == events.contains { $0.stream == "order-3" })
        }
        try await store.close()
        #expect(store.news(after: 0, upTo: 1)?.has(EventList.streams) == nil)
    }
}
