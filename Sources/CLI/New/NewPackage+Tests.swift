extension NewPackage {
    /// Given, when, then.
    var deciderTests: String {
        #"""
        import DaybookSourcingTesting
        import Testing

        @testable import \#(name.module)

        struct `An account` {
            private let account = given(
                Account(), .opened(Opened(owner: "Ada")), .deposited(Deposited(amount: 50)))

            @Test func `Is opened once`() {
                given(Account()) {}.when(.open(owner: "Ada")).then { Opened(owner: "Ada") }
                account.when(.open(owner: "Bob")).thenRefused(.isOpen)
            }

            @Test func `Gives out what is in it, and no more`() {
                account.when(.withdraw(30)).then { Withdrawn(amount: 30) }
                account.when(.withdraw(80)).thenRefused(.notEnough(balance: 50))
            }

            @Test func `Takes what is more than nothing`() {
                account.when(.deposit(20)).thenState(Account.State(owner: "Ada", balance: 70))
                account.when(.deposit(0)).thenRefused(.notAnAmount(0))
            }

            @Test func `Is nobody's before it is opened`() {
                given(Account()) {}.when(.deposit(20)).thenRefused(.isNotOpen)
            }
        }

        """#
    }

    /// Old events, and old snapshots.
    var evolutionTests: String {
        #"""
        import DaybookSourcingTesting
        import Testing

        @testable import \#(name.module)

        /// What is recorded once has to be read for ever.
        struct Evolution {
            /// `Events` has a file for each version of each type, as it was recorded. A new version needs a
            /// new file; those that are there never change. What an old version becomes stands beside it:
            /// the failure says what to write.
            @Test func `Events of every version can be read`() throws {
                expectReadable(try eventCatalog(), "Events")
            }

            /// Fails when the same events lead to another state, and nobody has counted `Account.version`
            /// up: snapshots of before would be wrong. The failure says what to write instead.
            @Test func `A state is what it was`() {
                let events: [AccountEvent] = [
                    .opened(Opened(owner: "Ada")), .deposited(Deposited(amount: 50)),
                    .withdrawn(Withdrawn(amount: 30)),
                ]
                expectDigest(of: Account(), over: events, "1:94aeaedf7f6aa2c7")
            }
        }

        """#
    }

    /// Events as they were recorded: the file of each, and its data.
    static let goldenEvents = [
        ("account-opened.v1.json", #"{"owner":"Ada"}"#),
        ("money-deposited.v1.json", #"{"amount":50}"#),
        ("money-withdrawn.v1.json", #"{"amount":30}"#),
    ]
}
