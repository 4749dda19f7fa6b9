import Daybook
import DaybookSourcing
import DaybookStoreContract
import Synchronization
import Testing

/// A clock by which nobody waits, and that knows how long they would have.
private final class PauseClock: Clock {
    private let told = Mutex<[Duration]>([])
    let now = ContinuousClock().now
    let minimumResolution = Duration.nanoseconds(1)
    var pauses: [Duration] { told.withLock { $0 } }

    func sleep(until deadline: ContinuousClock.Instant, tolerance: Duration?) async throws {
        told.withLock { $0.append(now.duration(to: deadline)) }
    }
}

/// Counts from 0.
private final class Draws: Sendable {
    private let number = Atomic(0)
    func next() -> Int { number.wrappingAdd(1, ordering: .relaxed).oldValue }
}

struct `What is left to chance` {
    private func catalog() throws -> EventCatalog {
        try EventCatalog {
            Opened.self
            Deposited.self
            Withdrawn.self
        }
    }

    @Test func `One load in a thousand checks its snapshot, unless said otherwise`() async throws {
        let (signals, draws) = (Signals(), Draws())
        var retries = Retries()
        retries.chance = { Double(draws.next() % 1_000) / 1_000 }
        let store = SourcedStore(
            ModelStore(), catalog: try catalog(), retries: retries, observe: { signals.take($0) })
        // Whether a load checks is seen by what it reads: all events, before those behind the snapshot.
        for (checksOneIn, checks) in [(nil, 1), (1, 1_000), (250, 4), (0, 0)] {
            var policy = SnapshotPolicy.every(2)
            if let checksOneIn { policy.checksOneIn = checksOneIn }
            let accounts = try Repository(
                Account(), in: store, snapshots: policy,
                options: RepositoryOptions { $0.cachedStatesMax = 0 })
            let id = "\(checksOneIn ?? -1)"
            try await accounts.execute(.open(owner: "Ada"), on: id)
            try await accounts.execute(.deposit(1), on: id)
            _ = signals.loads()
            for _ in 0..<1_000 { _ = try await accounts.load(id) }
            #expect(signals.loads().count { $0 == 2 } == checks, "one in \(id)")
        }
    }

    @Test func `Pauses grow up to the longest, and chance says which part of them is waited`()
        async throws
    {
        let longest = [1, 2, 4, 8, 16, 32, 64, 100, 100].map { Duration.milliseconds($0) }
        var retries = Retries()
        let drawn = try await pauses(retries)
        #expect(drawn.count == longest.count)
        #expect(zip(drawn, longest).allSatisfy { $0 >= .zero && $0 < $1 })
        // That all are the same part of theirs is no chance.
        #expect(Set(zip(drawn, longest).map { $0 / $1 }).count > 1)
        for quarters in 0..<4 {
            retries.chance = { Double(quarters) / 4 }
            #expect(try await pauses(retries) == longest.map { $0 * quarters / 4 })
        }
    }

    /// How long it was waited where others are quicker each time.
    private func pauses(_ retries: Retries) async throws -> [Duration] {
        let meddling = MeddlingStore(ModelStore()) { (store, append) throws(StoreError) in
            let stream = append.entries[0].stream
            try await store.append(
                [Event(type: "money-deposited", data: #"{"amount":1}"#)], to: stream)
        }
        let clock = PauseClock()
        var retries = retries
        retries.clock = clock
        let accounts = try Repository(
            Account(), in: SourcedStore(meddling, catalog: try catalog(), retries: retries))
        await #expect {
            try await accounts.update("41") { _ in [.deposited(Deposited(amount: 1))] }
        } throws: {
            ($0 as? SourcingError)?.code == .contended
        }
        return clock.pauses
    }
}
