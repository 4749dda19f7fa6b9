extension NewPackage {
    /// What can happen, and the catalog of it.
    var events: String {
        #"""
        import DaybookSourcing

        // What can happen to an account. The name of a type is what the journal records: it stays, whatever
        // becomes of the Swift type.

        struct Opened: DomainEvent, Equatable {
            static let eventType: EventType = "account-opened"
            var owner: String
        }

        struct Deposited: DomainEvent, Equatable {
            static let eventType: EventType = "money-deposited"
            var amount: Int
        }

        struct Withdrawn: DomainEvent, Equatable {
            static let eventType: EventType = "money-withdrawn"
            var amount: Int
        }

        /// One of them: a case for each, a line in `members` by which it is read, and one in `event` by
        /// which it is written.
        enum AccountEvent: EventSet, Equatable {
            case opened(Opened)
            case deposited(Deposited)
            case withdrawn(Withdrawn)

            static var members: [EventMember<AccountEvent>] {
                EventMember(AccountEvent.opened)
                EventMember(AccountEvent.deposited)
                EventMember(AccountEvent.withdrawn)
            }

            var event: any DomainEvent {
                switch self {
                case .opened(let event): event
                case .deposited(let event): event
                case .withdrawn(let event): event
                }
            }
        }

        /// All that this program can read, today and of what earlier versions of it have recorded. It is
        /// checked when it is made.
        func eventCatalog() throws -> EventCatalog {
            try EventCatalog {
                Opened.self
                Deposited.self
                Withdrawn.self
            }
        }

        """#
    }

    /// What is decided.
    var decider: String {
        #"""
        import DaybookSourcing

        /// An account: what is decided on it, and what becomes of it by what happened. No store, no clock,
        /// no `await`: all of it is tried in memory.
        struct Account: Decider {
            static let name = "account"
            /// Counts up when the same events lead to another state: snapshots of before are made anew.
            static let version = 1

            struct State: Equatable, Codable, Sendable {
                var owner: String?
                var balance = 0
            }

            enum Command: Sendable {
                case open(owner: String)
                case deposit(Int)
                case withdraw(Int)
            }

            enum Refusal: Error, Equatable, Codable {
                case isOpen
                case isNotOpen
                case notAnAmount(Int)
                case notEnough(balance: Int)
            }

            var initial: State { State() }
            /// What is booked at once: not so much that a balance could not be added up any more.
            let amounts = 1...1_000_000_000

            /// What happens by a command, or why nothing does.
            func decide(_ command: Command, _ state: State) throws(Refusal) -> [AccountEvent] {
                switch command {
                case .open(let owner):
                    if state.owner != nil { throw .isOpen }
                    return [.opened(Opened(owner: owner))]
                case .deposit(let amount):
                    if state.owner == nil { throw .isNotOpen }
                    if !amounts.contains(amount) { throw .notAnAmount(amount) }
                    return [.deposited(Deposited(amount: amount))]
                case .withdraw(let amount):
                    if state.owner == nil { throw .isNotOpen }
                    if !amounts.contains(amount) { throw .notAnAmount(amount) }
                    if state.balance < amount { throw .notEnough(balance: state.balance) }
                    return [.withdrawn(Withdrawn(amount: amount))]
                }
            }

            /// What a state becomes by an event. It has happened: nothing is refused here.
            func evolve(_ state: inout State, _ event: AccountEvent) {
                switch event {
                case .opened(let opened): state.owner = opened.owner
                case .deposited(let deposited): state.balance += deposited.amount
                case .withdrawn(let withdrawn): state.balance -= withdrawn.amount
                }
            }
        }

        """#
    }

    /// What is done in a store.
    var repository: String {
        #"""
        import Daybook
        import DaybookSourcing

        /// All accounts: what the program does with them, in whatever store it is given.
        struct Accounts {
            let store: SourcedStore
            let accounts: Repository<Account>

            init(in engine: any EventStore) throws {
                store = SourcedStore(engine, catalog: try eventCatalog())
                accounts = try Repository(Account(), in: store, snapshots: .every(100))
            }

            /// Loads the account, decides, and appends what happens, unless somebody was quicker: then it
            /// is decided anew.
            func execute(_ command: Account.Command, on id: String) async throws {
                let done = try await accounts.execute(command, on: id)
                print("account \(id): \(done.state.balance)")
            }

            func show(_ id: String) async throws {
                let state = try await accounts.load(id).state
                print("account \(id) of \(state.owner ?? "nobody"): \(state.balance)")
            }

            func history(_ id: String) async throws {
                for try await change in accounts.history(id) {
                    let event = change.recorded
                    print(event.type, change.before.balance, "→", change.after.balance, event.recordedAt)
                }
            }

            /// Whether the catalog reads all that is recorded, and snapshots are what events lead to.
            /// - Returns: whether all is well.
            func verify() async throws -> Bool {
                let findings = try await store.verifyCatalog()
                for finding in findings { print(finding) }
                if findings.isEmpty { print("all that is recorded can be read") }
                print("snapshots compared:", try await accounts.verifySnapshots())
                return findings.isEmpty
            }
        }

        """#
    }

    /// What the words of a command line mean.
    var program: String {
        // The C library has one door in the sources of Daybook, and here it is text.
        let cLibrary = "Glibc"
        return #"""
            import DaybookStore
            import \#(cLibrary)

            @main
            enum Program {
                /// Where the events are. `daybook` looks there too, when it is called in the same folder.
                static let folder = "daybook-data"

                static let usage = """
                    \#(name.text) open ID OWNER
                    \#(name.text) deposit ID AMOUNT
                    \#(name.text) withdraw ID AMOUNT
                    \#(name.text) show ID       what an account is
                    \#(name.text) history ID    how that came about
                    \#(name.text) verify        whether all that is recorded can be read, and snapshots are right
                    \#(name.text) catalog       the catalog of events, for `daybook catalog`
                    """

                static func main() async {
                    let words = Array(CommandLine.arguments.dropFirst())
                    do {
                        if words == ["catalog"] { return print(try eventCatalog().description.json) }
                        let engine = try await EmbeddedStore.open(at: folder)
                        let status = try await run(words, Accounts(in: engine))
                        try await engine.close()
                        exit(status)
                    } catch {
                        print(error)
                        exit(1)
                    }
                }

                /// Does what the words say.
                /// - Returns: the exit code.
                static func run(_ words: [String], _ accounts: Accounts) async throws -> Int32 {
                    let id = words.dropFirst().first ?? ""
                    let last = words.last ?? ""
                    // What is no number is 0, which the account refuses.
                    let amount = Int(last) ?? 0
                    do {
                        switch (words.first, words.count) {
                        case ("open", 3): try await accounts.execute(.open(owner: last), on: id)
                        case ("deposit", 3): try await accounts.execute(.deposit(amount), on: id)
                        case ("withdraw", 3): try await accounts.execute(.withdraw(amount), on: id)
                        case ("show", 2): try await accounts.show(id)
                        case ("history", 2): try await accounts.history(id)
                        case ("verify", 1): return try await accounts.verify() ? 0 : 1
                        default:
                            print(usage)
                            return 2
                        }
                        return 0
                    } catch let refusal as Account.Refusal {
                        print("refused: \(refusal)")
                        return 1
                    }
                }
            }

            """#
    }
}
