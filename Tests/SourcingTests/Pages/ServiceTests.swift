import Daybook
import DaybookSourcing
import DaybookStoreContract
import Testing

@Suite struct `What the pages join with other packages` {
    @Test func `Counts, measures and traces`() async throws {
        let (figures, spans) = (Elsewhere.Figures(), Elsewhere.Spans())
        let told = try await Elsewhere.Figures.$here.withValue(figures) {
            try await Elsewhere.Spans.$here.withValue(spans) {
                try await Printed.by(Elsewhere.logsAndMetrics)
            }
        }
        #expect(try Page("logs-and-metrics.md").told == told)
        #expect(figures["sourcing_events_recorded"] == 2)
        #expect(figures["sourcing_refusals"] == 1)
        #expect(figures["sourcing_recording"] == 2)
        #expect(figures["sourcing_deciding"] == 3)
        #expect(figures["sourcing_loading"] > 0)
        #expect(figures["bank_commands name=Deposit outcome=done"] == 1)
        #expect(figures["bank_commands name=Withdraw outcome=failed"] == 1)
        #expect(spans.all.map(\.name) == ["OpenAccount", "Deposit", "Withdraw"])
        #expect(spans.all[1].attributes["request"] as? String == "request-77")
    }

    @Test(.timeLimit(.minutes(15))) func `Ends by a signal, the store last`() async throws {
        let (engine, signals) = (ModelStore(), Elsewhere.Signals())
        let told = try await Printed.by {
            try await Elsewhere.Signals.$here.withValue(signals) {
                try await serve(engine, by: program(engine)) { _ in signals.raise(.sigterm) }
            }
        }
        #expect(try Page("services.md").told == told)
        await expectClosed(engine)
    }

    @Test(.timeLimit(.minutes(15))) func `Ends by cancellation, without an error`() async throws {
        let engine = ModelStore()
        let told = try await Printed.by {
            try await serve(engine, by: program(engine)) { $0.cancel() }
        }
        #expect(try Page("services.md").told == told)
        await expectClosed(engine)
    }

    @Test(.timeLimit(.minutes(15)))
    func `Follows until it is cancelled, and leaves the store open`()
        async throws
    {
        let engine = ModelStore()
        let told = try await Printed.by {
            try await serve(engine, by: following) { $0.cancel() }
        }
        #expect(told.contains(#"owner: "Ada""#) && told.contains("amount: 50"))
        #expect(try await engine.head().position == 2)
    }

    private let following: @Sendable (SourcedStore, Repository<Account>) async throws -> Void = {
        (store, _) in
        let follower = Elsewhere.AccountFollower(store: store, start: .beginning) {
            print($0.event)
        }
        try await follower.run()
    }

    private func program(
        _ engine: ModelStore
    ) -> @Sendable (SourcedStore, Repository<Account>) async throws -> Void {
        { store, accounts in
            try await Elsewhere.Program().serve(
                engine, store, accounts, logger: Elsewhere.Logger(label: "bank"))
        }
    }

    /// Records two events in a bank that is served, ends the task that serves it when a line was printed for each, and waits
    /// for what becomes of it.
    private func serve(
        _ engine: ModelStore,
        by body: @escaping @Sendable (SourcedStore, Repository<Account>) async throws -> Void,
        end: (Task<Void, any Error>) -> Void
    ) async throws {
        let catalog = try EventCatalog {
            Opened.self
            Deposited.self
            Withdrawn.self
        }
        let store = SourcedStore(engine, catalog: catalog)
        let accounts = try Repository(Account(), in: store)
        let served = Task { try await body(store, accounts) }
        try await accounts.execute(.open(owner: "Ada"), on: "41")
        try await accounts.execute(.deposit(50), on: "41")
        while try #require(Printed.here).lines < 2 { await Task.yield() }
        end(served)
        try await served.value
    }

    private func expectClosed(_ engine: ModelStore) async {
        await #expect { try await engine.head() } throws: { error in
            (error as? StoreError)?.code == .closed
        }
    }
}
