import Daybook
import DaybookSourcing

extension BankExample {
    /// Has all that a bank ever booked decided and booked again, and compares each balance with the one that it wrote down.
    /// - Parameters:
    ///   - history: The bank's books, imported.
    ///   - store: Where the accounts are kept anew; it has none yet.
    ///   - progress: Told of transactions that are done, of how many, several times a second.
    ///   - print: Called with one line at a time.
    /// - Throws: ``ExampleError`` where there is nothing to replay, or `store` has accounts.
    public nonisolated(nonsending) static func replay(
        from history: any EventStore, into store: any EventStore,
        progress: (_ done: Int, _ total: Int) -> Void, print: (String) -> Void
    ) async throws -> Agreement {
        let old = try await OldAccount.all(in: history)
        if old.isEmpty { throw ExampleError.nothingToReplay("the books of a bank") }
        try await store.requireNone(of: Account.name)
        let total = old.reduce(0) { $0 + $1.entries.count }
        // The old bank let its customers go below zero: by its rule nothing is refused that it has booked.
        let accounts = try Repository(
            Account(overdraftMax: .max), in: SourcedStore(store, catalog: try bankCatalog()))

        var agreement = Agreement()
        var done = 0
        // What happens to one account happens in its order; accounts have nothing to do with each other.
        try await sideBySide(old) { account in
            try await rebook(account, in: accounts)
        } take: { one in
            agreement.add(one.agreement)
            done += one.entries
            progress(done, total)
        }
        let overdrawn = try await overdrawn(in: accounts.store)
        let negative = old.filter { account in account.entries.contains { $0.balance < 0 } }
        agreement.compare(
            overdrawn.keys.sorted(), with: negative.map { accounts.stream($0.id) }.sorted(),
            "the accounts that were ever overdrawn")

        print("\(Decimals.text(total)) commands on \(Decimals.text(old.count)) accounts")
        print("\(agreement.differing) of \(Decimals.text(agreement.compared)) results differ")
        print("\(overdrawn.count) accounts were overdrawn, these the furthest:")
        for (stream, lowest) in overdrawn.sorted(by: { $0.value < $1.value }).prefix(5) {
            let balance = Decimals.text(lowest, digits: 2)
            print("    \(Columns.left(stream, 14)) \(Columns.right(balance, 14))")
        }
        return agreement
    }

    private static func rebook(
        _ account: OldAccount, in accounts: Repository<Account>
    ) async throws -> (agreement: Agreement, entries: Int) {
        var agreement = Agreement()
        for (number, entry) in account.entries.enumerated() {
            let done = try await accounts.execute(entry.command, on: account.id)
            agreement.compare(
                done.state.balance, with: entry.balance,
                "the balance of account \(account.id) behind its entry \(number)")
        }
        return (agreement, account.entries.count)
    }

    /// The streams of the accounts that were ever overdrawn, each with the balance it fell to, as the journal says.
    static func overdrawn(in store: SourcedStore) async throws -> [String: Int] {
        enum Flag: EventSet {
            case overdrawn(AccountOverdrawn)
            static var members: [EventMember<Flag>] { EventMember(Flag.overdrawn) }
            var event: any DomainEvent {
                switch self {
                case .overdrawn(let event): event
                }
            }
        }
        var lowest: [String: Int] = [:]
        let query = Query.types([AccountOverdrawn.eventType.name])
        for try await flag in try store.read(Flag.self, Read(.query(query))) {
            guard case .overdrawn(let overdrawn) = flag.event else { continue }
            let stream = flag.recorded.stream
            lowest[stream] = min(lowest[stream] ?? 0, overdrawn.balance)
        }
        return lowest
    }
}
