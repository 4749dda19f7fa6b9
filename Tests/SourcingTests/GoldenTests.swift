import Daybook
import DaybookJSON
import DaybookPlatform
import DaybookSourcing
import DaybookSourcingTesting
import Testing

struct `A golden digest` {
    /// As the account was, and with a fee that nobody had told of.
    private struct Fold1: Fold {
        static let name = "account"
        static let version = 1
        var fee = 0
        var initial: Account.State { Account().initial }
        func evolve(_ state: inout Account.State, _ event: AccountEvent) {
            Account().evolve(&state, event)
            if case .withdrawn = event { state.balance -= fee }
        }
    }

    private struct Fold2: Fold {
        static let name = "account"
        static let version = 2
        var initial: Account.State { Account().initial }
        func evolve(_ state: inout Account.State, _ event: AccountEvent) {
            Account().evolve(&state, event)
        }
    }

    private let events: [AccountEvent] = [
        .opened(Opened(owner: "Ada")), .deposited(Deposited(amount: 50)),
        .withdrawn(Withdrawn(amount: 30)),
    ]

    private func digest() throws -> String {
        let told = try #require(failures { expectDigest(of: Fold1(), over: events, "") }.first)
        #expect(told.text.hasPrefix("The digest of fold 'account' is not written down yet."))
        return String(told.text.split(separator: "\"")[1])
    }

    @Test func `Holds as long as events lead to the same states`() throws {
        let digest = try digest()
        #expect(failures { expectDigest(of: Fold1(), over: events, digest) }.isEmpty)
        #expect(failures { expectDigest(of: Account(), over: events, digest) }.isEmpty)
    }

    @Test func `Fails when a fold changes without a new version, and says what to do`() throws {
        let digest = try digest()
        let told = failures { expectDigest(of: Fold1(fee: 1), over: events, digest) }
        #expect(told.count == 1)
        #expect(
            told[0].text.hasPrefix(
                "Fold 'account' has changed, and its version is 1 as before: snapshots hold states that its "
                    + "events do not lead to any more. Count 'version' up to 2, and write \"2:"))
        #expect(!told[0].text.contains(digest))
    }

    @Test func `Asks for the new one with a new version, and refuses one of a later version`()
        throws
    {
        let digest = try digest()
        let told = failures { expectDigest(of: Fold2(), over: events, digest) }
        #expect(
            told.map(\.text) == [
                "Fold 'account' has a new version, 2. Write \"2:\(digest.dropFirst(2))\" here."
            ])
        let back = failures { expectDigest(of: Fold1(), over: events, "2:0") }
        #expect(back.first?.text.contains("Has its version been set back?") == true)
    }

    @Test func `Is the same in every process, also of sets and dictionaries`() {
        expectDigest(
            of: CoursesTaken(student: "ada"),
            over: ["swift", "rust", "ada", "go", "c"].map {
                .enrolled(Enrolled(course: $0, student: "ada"))
            }, "1:954582586a54979f")
    }
}

struct `Golden files` {
    private struct Renamed: DomainEvent {
        static let eventType: EventType = "money-deposited"
        var cents: Int?
    }

    private struct Second: DomainEvent {
        static let eventType = EventType("account-opened", version: 2)
        var owner: String
        var branch: String
    }

    private struct First: Decodable {
        var owner: String
    }

    private func told(_ files: [String: String], _ catalog: EventCatalog) throws -> [String] {
        let disk = LinuxDisk(root: "/tmp/golden-\(SystemRandomness().next())")
        try disk.createRoot()
        defer {
            for file in files.keys { try? disk.remove(file) }
            try? LinuxDisk(root: "/").remove(String(disk.root.dropFirst()))
        }
        for (file, text) in files {
            let id = try disk.open(file, .createNew)
            try disk.writeAll(id, Array(text.utf8).span.bytes, at: 0)
            disk.close(id)
        }
        return failures { expectReadable(catalog, disk.root) }.map(\.text)
    }

    @Test func `Are read, in every version and under former names`() throws {
        let catalog = try EventCatalog {
            EventEntry(Second.self).renamed(from: "bank/opened")
                .upcast(from: 1) { (old: First) in Second(owner: old.owner, branch: "main") }
            IgnoredEvent("heartbeat")
        }
        let told = try told(
            [
                "bank%2Fopened.v1.json": #"{"owner":"Ada"}"#, "heartbeat.v7.json": "[]",
                "bank%2Fopened.v1.becomes.json":
                    #"[{"type":"account-opened","data":{"owner":"Ada","branch":"main"}}]"#,
                "account-opened.v2.plain.json": #"{"owner":"Ada","branch":"west"}"#,
                "account-opened.v2.other.json": #"{"owner":"Bob","branch":"west"}"#,
            ], catalog)
        #expect(told == [])
    }

    @Test func `Tells of a missing one, and of one that nobody reads`() throws {
        let catalog = try EventCatalog {
            EventEntry(Second.self)
                .upcast(from: 1) { (old: First) in Second(owner: old.owner, branch: "main") }
        }
        let told = try told(
            [
                "account-opened.v1.json": #"{"owner":"Ada"}"#,
                "account-opened.v1.becomes.json":
                    #"[{"type":"account-opened","data":{"owner":"Ada","branch":"main"}}]"#,
                "account-opened.v3.json": #"{"owner":"Ada"}"#,
            ], catalog)
        #expect(told.count == 2)
        #expect(
            told[0].hasPrefix("account-opened.v3.json: the catalog reads no such type and version"))
        #expect(told[1].hasPrefix("There is no file for version 2 of 'account-opened'."))
        #expect(told[1].hasSuffix("as 'account-opened.v2.json'."))
    }

    @Test func `Tells of one that cannot be read any more, and of one that says less`() throws {
        let catalog = try EventCatalog {
            Renamed.self
            Opened.self
        }
        let told = try told(
            [
                "money-deposited.v1.json": #"{"amount":50}"#,
                "account-opened.v1.json": #"{"name":"Ada"}"#,
            ], catalog)
        #expect(told.count == 2)
        #expect(
            told[0].hasPrefix(
                "account-opened.v1.json: it cannot be read any more: field 'owner' is missing"))
        #expect(told[0].hasSuffix("with 'upcast(from: 1)'."))
        #expect(
            told[1].hasPrefix(
                "money-deposited.v1.json: it is read, and says something else when it is written again: /amount: - 50."
            ))
    }

    /// A catalog in which the first version of an account has become two events.
    private func splitting(branch: String, amount: Int) throws -> EventCatalog {
        try EventCatalog {
            EventEntry(Second.self)
                .split(from: 1, into: Deposited.self) { (old: First) in
                    [Second(owner: old.owner, branch: branch), Deposited(amount: amount)]
                }
            Deposited.self
        }
    }

    private let split = [
        "account-opened.v1.json": #"{"owner":"Ada"}"#,
        "account-opened.v2.json": #"{"owner":"Ada","branch":"west"}"#,
        "money-deposited.v1.json": #"{"amount":50}"#,
    ]

    @Test func `Says what to write where it is not written down what an event becomes`() throws {
        let told = try told(split, splitting(branch: "main", amount: 5))
        let becomes =
            #"[{"data":{"branch":"main","owner":"Ada"},"type":"account-opened"},"#
            + #"{"data":{"amount":5},"type":"money-deposited"}]"#
        try #require(told.count == 1)
        #expect(
            told[0].hasPrefix(
                "account-opened.v1.json: it is not written down what becomes of it."))
        let advised = String(try #require(told[0].split(separator: "becomes.json': ").last))
        #expect(try JSONValue(parsing: advised) == JSONValue(parsing: becomes))
        var files = split
        files["account-opened.v1.becomes.json"] = advised
        #expect(try self.told(files, splitting(branch: "main", amount: 5)) == [])
    }

    @Test(arguments: [
        (
            #"[{"type":"account-opened","data":{"owner":"Ada","branch":"east"}},"#
                + #"{"type":"money-deposited","data":{"amount":5}}]"#,
            #"/0/data/branch: "east" → "main""#
        ),
        (
            #"[{"type":"account-opened","data":{"owner":"Ada","branch":"main","age":7}},"#
                + #"{"type":"money-deposited","data":{"amount":5}}]"#,
            "/0/data/age: - 7"
        ),
        (#"[{"type":"account-opened","data":{"owner":"Ada"}}]"#, "/1: + "),
        ("{}", "it becomes something else"), ("[", "cannot be read in"),
    ])
    func `Tells of an old event that becomes something else`(
        _ becomes: String, _ difference: String
    ) throws {
        var files = split
        files["account-opened.v1.becomes.json"] = becomes
        let told = try told(files, splitting(branch: "main", amount: 5))
        try #require(told.count == 1)
        #expect(told[0].hasPrefix("account-opened.v1.json: "))
        #expect(told[0].contains(difference), "\(told[0])")
    }

    @Test func `A null is what is left out, and anything else that is new is told`() throws {
        var files = split
        files["account-opened.v1.becomes.json"] =
            #"[{"type":"account-opened","data":{"owner":"Ada","branch":"main","age":null}},"#
            + #"{"type":"money-deposited","data":{"amount":5}}]"#
        #expect(try told(files, splitting(branch: "main", amount: 5)) == [])
        files["account-opened.v1.becomes.json"] =
            #"[{"type":"account-opened","data":{"owner":"Ada"}},"#
            + #"{"type":"money-deposited","data":{"amount":5}}]"#
        let told = try told(files, splitting(branch: "main", amount: 5))
        try #require(told.count == 1)
        #expect(told[0].contains(#": /0/data/branch: + "main". If this is meant"#))
    }

    private struct Tagged: DomainEvent {
        static let eventType = EventType("tagged", version: 2)
        var words: Set<String>
    }

    /// In another order in each process.
    @Test func `Sets are the same in any order`() throws {
        let catalog = try EventCatalog {
            EventEntry(Tagged.self).upcast(from: 1) { (old: [String]) in Tagged(words: Set(old)) }
        }
        let told = try told(
            [
                "tagged.v1.json": #"["d","b","a","c","e"]"#,
                "tagged.v1.becomes.json":
                    #"[{"type":"tagged","data":{"words":["a","b","c","d","e"]}}]"#,
                "tagged.v2.json": #"{"words":["b","e","d","a","c"]}"#,
            ], catalog)
        #expect(told == [])
        let lost = try self.told(
            [
                "tagged.v1.json": "[]", "tagged.v2.json": #"{"words":["a","a"]}"#,
                "tagged.v1.becomes.json": #"[{"type":"tagged","data":{"words":[]}}]"#,
            ], catalog)
        #expect(lost.count == 1 && lost[0].hasPrefix("tagged.v2.json: it is read, and says"))
    }

    @Test func `Files of an ignored type are passed over, and of no other`() throws {
        let catalog = try EventCatalog {
            IgnoredEvent("account-opened")
            IgnoredEvent("money")
            DepositedElsewhere.self
        }
        let told = try told(
            [
                "account-opened.v1.json": #"{"owner":"Ada"}"#,
                "account-opened.v1.becomes.json": "[]",
                "account-opened.v2.json": "{}", "money.v12.old.json": "{}",
                "money.deposited.v1.json": #"{"amount":50}"#,
            ], catalog)
        #expect(told == [])
    }

    private struct DepositedElsewhere: DomainEvent {
        static let eventType: EventType = "money.deposited"
        var amount: Int
    }

    private struct Measured: DomainEvent {
        static let eventType = EventType("measured", version: 2)
        var value: Double
    }

    @Test func `Tells of one that becomes what cannot be recorded`() throws {
        let catalog = try EventCatalog {
            EventEntry(Measured.self).upcast(from: 1) { (_: [Int]) in Measured(value: .nan) }
        }
        let told = try told(
            ["measured.v1.json": "[]", "measured.v2.json": #"{"value":1}"#], catalog)
        try #require(told.count == 1)
        #expect(told[0].hasPrefix("measured.v1.json: it is read, and cannot be recorded: "))
    }

    @Test func `Tells of what no event becomes`() throws {
        var files = split
        files["money-deposited.v1.becomes.json"] = "[]"
        files["account-opened.v1.becomes.json"] =
            #"[{"type":"account-opened","data":{"owner":"Ada","branch":"main"}},"#
            + #"{"type":"money-deposited","data":{"amount":5}}]"#
        let told = try told(files, splitting(branch: "main", amount: 5))
        try #require(told.count == 1)
        #expect(told[0].hasPrefix("money-deposited.v1.becomes.json: nothing becomes this."))
    }

    @Test func `Tells of a folder that is not there`() throws {
        let catalog = try EventCatalog { Opened.self }
        let told = failures { expectReadable(catalog, "Nowhere") }
        #expect(told.count == 1)
        #expect(told[0].text.contains("/Nowhere' cannot be read"))
    }
}
