import Daybook
import DaybookSourcing

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
        let store: SourcedStore
        let start: Subscription.Start
        let handle: @Sendable (Sourced<AccountEvent>) async throws -> Void

        func run() async throws {
            try await cancelWhenGracefulShutdown {
                let subscription = try await store.store.subscribe(
                    Subscription(.category("account"), from: start))
                while let signal = try await subscription.next() {
                    guard case .events(let batch) = signal else { continue }
                    for event in try store.events(AccountEvent.self, in: batch) {
                        try await handle(event)
                    }
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

    /// What the page calls by no name, beside the types of it.
    struct Program {
        func serve(
            _ engine: any EventStore, _ store: SourcedStore, _ accounts: Repository<Account>,
            logger: Logger
        ) async throws {
            let services = ServiceGroup(
                services: [
                    StoreService(store: engine),
                    OutcomeService(sweep: OutcomeSweep(accounts.outcomes, store.outcomes)),
                    AccountFollower(store: store, start: .beginning) { followed in
                        let stream = followed.recorded.stream
                        switch followed.event {
                        case .opened(let opened): print(stream, "of", opened.owner)
                        case .deposited(let deposited): print(stream, "+", deposited.amount)
                        case .withdrawn(let withdrawn): print(stream, "-", withdrawn.amount)
                        }
                    },
                ],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
            try await services.run()
        }
    }
}
