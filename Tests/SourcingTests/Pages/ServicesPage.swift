import Daybook
import DaybookSourcing
import DaybookStoreContract

// The code of `Documentation/sourcing/services.md`.

extension Elsewhere {
    /// Closes the store when all who use it have ended.
    struct StoreService: Service {
        let store: any EventStore

        func run() async throws {
            try? await gracefulShutdown()
            try await store.close()
        }
    }

    /// Does something with each event of accounts, one after the other.
    struct AccountFollower: Service {
        let store: any EventStore
        let start: Subscription.Start
        let handle: @Sendable (RecordedEvent) async throws -> Void

        func run() async throws {
            try await cancelWhenGracefulShutdown {
                let subscription = try await store.subscribe(
                    Subscription(.category("account"), from: start))
                while let signal = try await subscription.next() {
                    guard case .events(let batch) = signal else { continue }
                    for event in batch.events { try await handle(event) }
                }
            }
        }
    }

    /// Removes the outcomes of commands that were kept long enough.
    struct OutcomeService: Service {
        let sweep: OutcomeSweep

        func run() async throws {
            try await cancelWhenGracefulShutdown { try await sweep.run() }
        }
    }

    /// Records two events in a bank that is served, and calls `followed` when both were followed.
    static func served(
        _ engine: ModelStore, _ followed: @escaping @Sendable () -> Void
    ) async throws {
        @Sendable
        func serve(
            _ engine: any EventStore, _ store: SourcedStore, _ accounts: Repository<Account>,
            logger: Logger
        ) async throws {
            let services = ServiceGroup(
                services: [
                    StoreService(store: engine),
                    OutcomeService(sweep: OutcomeSweep(accounts.outcomes, store.outcomes)),
                    AccountFollower(store: engine, start: .beginning) { event in
                        print(event.stream, event.type)
                    },
                ],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
            try await services.run()
        }

        let catalog = try EventCatalog {
            Opened.self
            Deposited.self
            Withdrawn.self
        }
        let store = SourcedStore(engine, catalog: catalog)
        let accounts = try Repository(Account(), in: store)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await serve(engine, store, accounts, logger: Logger(label: "bank"))
            }
            group.addTask {
                try await accounts.execute(.open(owner: "Ada"), on: "41")
                try await accounts.execute(.deposit(50), on: "41")
                while Printed.here?.lines ?? 2 < 2 { await Task.yield() }
                followed()
            }
            try await group.waitForAll()
        }
    }
}
