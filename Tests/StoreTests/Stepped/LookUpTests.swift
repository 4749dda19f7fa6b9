import Daybook
import DaybookJournal
import DaybookPlatform
import DaybookStore
import DaybookStoreContract
import Synchronization
import Testing

/// Questions by the place in a stream.
@Suite(.timeLimit(.minutes(15))) struct LookUpTests {
    /// What each revision of some streams is answered with, compared with reads.
    private func check(_ store: SteppedStore, _ positions: [String: [Position]]) async throws {
        for (stream, all) in positions {
            let isLive =
                if case .live = try await store.stream(stream).state { true } else { false }
            let readable = isLive ? try await store.events(.stream(stream)) : []
            for revision in 0..<Revision(all.count) + 2 {
                let position = try await store.ask(.position(of: revision, in: stream))
                #expect(position == (revision < all.count ? all[Int(revision)] : nil))
                let event = try await store.ask(.event(of: revision, in: stream))
                #expect(
                    event == readable.first { $0.revision == revision }, "\(stream)@\(revision)")
            }
            #expect(try await store.ask(.position(of: .max, in: stream)) == nil)
            #expect(try await store.ask(.event(of: .max, in: stream)) == nil)
        }
    }

    @Test func `A revision is found where it is, and its event where a read gives it`() async throws
    {
        var options = ContractEngine.smallOptions
        options.segmentBytesFirst = 16 << 10
        options.indexRunEventsMin = 16
        let inner = try await EmbeddedStore.open(on: ForgetfulDisk(seed: 5), options: options)
        let store = SteppedStore(inner)
        var positions: [String: [Position]] = ["never-1": []]
        for number in 0..<240 {
            let stream = "account-\(number % 4)"
            let event = Event(type: "noted", data: [UInt8](repeating: 1, count: 200))
            let appended = try await store.append([event], to: stream)
            positions[stream, default: []].append(appended.lastPosition)
        }
        try await check(store, positions)
        try await inner.truncate("account-0", before: 40)
        try await store.delete("account-1")
        _ = try await store.delete("account-2", .tombstone, expecting: .any)
        try await check(store, positions)
        _ = try await inner.compact(bytesPerSecond: nil, takesAll: true)
        await inner.settleIndex()
        try await check(store, positions)
        let again = try await store.append([Event(type: "noted")], to: "account-1")
        positions["account-1"]!.append(again.lastPosition)
        try await check(store, positions)
        #expect(throws: StoreError.self) { try LookUp<Position?>.position(of: 0, in: "") }
        #expect(throws: StoreError.self) { try LookUp<RecordedEvent?>.event(of: 0, in: "a\n") }
        #expect(inner.failure == nil)
        #expect(store.waits.load(ordering: .relaxed) > 0)
        try await store.close()
    }

    @Test func `A checkpoint of another history is refused by the first step`() async throws {
        let store = SteppedStore(try await EmbeddedStore.open(on: MemoryDisk()))
        let other = SteppedStore(try await EmbeddedStore.open(on: MemoryDisk()))
        for each in [store, other] { try await each.append([Event(type: "t")], to: "s") }
        let place = try await other.head()
        var wrong = try store.inner.stepped(Subscription(from: .checkpoint(place)))
        #expect(throws: StoreError.self) { try wrong.step() }
        var right = try other.inner.stepped(Subscription(from: .checkpoint(place)))
        guard case .caughtUp = try right.step(), case .atHead(1) = try right.step() else {
            Issue.record("it begins behind the checkpoint")
            return
        }
        for each in [store, other] { try await each.close() }
        #expect(throws: StoreError.self) { try right.step() }
    }
}
