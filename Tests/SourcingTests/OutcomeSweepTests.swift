import Daybook
import DaybookSourcing
import DaybookSourcingTesting
import DaybookStoreContract
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(15))) struct `A sweep of outcomes` {
    let clock = TestClock()
    let signals = Signals()
    let failure = Failure()
    let store: SourcedStore
    let accounts: Repository<Account>

    /// What the store refuses the removal of records by.
    final class Failure: Sendable {
        let error = Mutex<StoreError?>(nil)
    }

    init() throws {
        let (clock, signals, failure) = (clock, signals, failure)
        let meddled = MeddlingStore(ModelStore()) { _, append throws(StoreError) in
            let removes = append.records.contains { $0.value == nil }
            if removes, let error = failure.error.withLock({ $0 }) { throw error }
        }
        store = SourcedStore(
            meddled,
            catalog: try EventCatalog {
                Opened.self
                Deposited.self
                Withdrawn.self
            }, observe: { signals.take($0) }, now: { clock.time })
        accounts = try Repository(Account(), in: store)
    }

    /// How many were removed, sweep by sweep, or why not, since this was asked last.
    private func sweeps() -> [String] {
        signals.all().compactMap {
            switch $0 {
            case .swept(let place, let outcomes, _): "\(place): \(outcomes)"
            case .sweepFailed(let place, let error as StoreError): "\(place): \(error.code)"
            default: nil
            }
        }
    }

    /// Waits until it sleeps, or the time of the test is over.
    private func rest() async throws {
        while clock.sleeperCount == 0 {
            try Task.checkCancellation()
            await Task.yield()
        }
    }

    @Test func `Goes on until it is cancelled, whatever passes`() async throws {
        try await accounts.execute(.open(owner: "Ada"), on: "41", key: "a")
        let sweep = OutcomeSweep(
            accounts.outcomes, store.outcomes, every: .seconds(3_600), clock: clock)
        let run = Task { try await sweep.run() }
        try await rest()
        #expect(sweeps() == ["commands.account: 0", "decisions: 0"])

        failure.error.withLock { $0 = StoreError(.busy, "", why: "", remedy: "") }
        clock.advance(by: .seconds(8 * 86_400))
        try await rest()
        #expect(sweeps() == ["commands.account: busy", "decisions: 0"])

        failure.error.withLock { $0 = nil }
        clock.advance(by: .seconds(3_600))
        try await rest()
        #expect(sweeps() == ["commands.account: 1", "decisions: 0"])

        run.cancel()
        try await run.value
        #expect(sweeps() == [])
    }

    @Test func `Ends where the store has ended`() async throws {
        try await accounts.execute(.open(owner: "Ada"), on: "41", key: "a")
        try await store.store.close()
        let sweep = OutcomeSweep(accounts.outcomes, clock: clock)
        let error = await #expect(throws: StoreError.self) { try await sweep.run() }
        #expect(error?.code == .closed)
    }
}
