import Daybook
import DaybookJSON
import DaybookStore
import Synchronization
import Testing

@testable import DaybookCLI

/// Six events in three streams, recorded a second apart; the fifth occurred long before.
func bank() async throws -> FakeStore {
    let store = FakeStore()
    let events: [(String, String, Set<String>, String)] = [
        ("account-1", "opened", ["owner:ada"], #"{"owner":"Ada","balance":0}"#),
        ("account-2", "opened", ["owner:bob"], #"{"owner":"Bob","balance":0}"#),
        ("account-1", "paid", ["owner:ada", "big"], #"{"balance":100}"#),
        ("$$account-1", "$metadata", [], "{}"),
        ("account-1", "paid", ["owner:ada"], #"{"balance":70,"note":"rent"}"#),
        ("customer-ada", "moved", ["owner:ada"], #"{"city":"Turin"}"#),
    ]
    for (number, (stream, type, tags, data)) in events.enumerated() {
        let occurred = number == 4 ? Timestamp("2000-01-01T00:00:00Z") : nil
        var event = Event(type: type, data: data, tags: tags, occurredAt: occurred)
        if number % 5 == 0 { event.correlation = "visit-1" }
        _ = try await store.append([event], to: stream)
    }
    return store
}

@Suite struct ReadCommandTests {
    func positions(_ words: String...) async throws -> [Int64] {
        let result = await Console(try await bank()).run(["read"] + words + ["--json"])
        #expect(result.exit == .success, "\(result.errors)")
        return try result.lines.map { try parsed($0)["position"]?.asInt64 ?? -1 }
    }

    @Test(arguments: [
        (["account-1"], [1, 3, 5]), (["--all"], [1, 2, 3, 5, 6]),
        (["--all", "--system"], [1, 2, 3, 4, 5, 6]), (["$$account-1"], [4]),
        (["--category", "account"], [1, 2, 3, 5]), (["--type", "opened"], [1, 2]),
        (["--type", "opened", "--type", "moved"], [1, 2, 6]),
        (["--tag", "owner:ada", "--tag", "big"], [3]),
        (["--type", "paid", "--tag", "owner:ada"], [3, 5]),
        (["--category", "account", "--tag", "owner:ada"], [1, 3, 5]),
        (["account-1", "--type", "paid"], [3, 5]),
        (["--correlation", "visit-1"], [1, 6]), (["account-1", "--correlation", "visit-1"], [1]),
        (["--correlation", "visit-2", "--tag", "big"], []),
    ])
    func `Selections select`(words: [String], expected: [Int64]) async throws {
        let result = await Console(try await bank()).run(["read"] + words + ["--json"])
        #expect(try result.lines.map { try parsed($0)["position"]?.asInt64 } == expected)
    }

    @Test func `From is a revision in a stream and a position elsewhere`() async throws {
        #expect(try await positions("account-1", "--from", "1") == [3, 5])
        #expect(try await positions("--all", "--from", "3") == [3, 5, 6])
        #expect(try await positions("--all", "--from", "3", "--backwards") == [3, 2, 1])
        #expect(try await positions("--all", "--limit", "2") == [1, 2])
        #expect(try await positions("--all", "--backwards", "--limit", "2") == [6, 5])
    }

    @Test func `Since and until mean the time of recording`() async throws {
        let (two, three) = ("2024-01-01T00:00:02Z", "2024-01-01T00:00:03Z")
        #expect(try await positions("--all", "--since", two) == [2, 3, 5, 6])
        #expect(try await positions("--all", "--until", three) == [1, 2, 3])
        #expect(try await positions("--all", "--since", two, "--until", three) == [2, 3])
        #expect(
            try await positions("--all", "--since", two, "--until", three, "--backwards") == [3, 2])
        #expect(try await positions("--all", "--until", "2000-01-01").isEmpty)
    }

    @Test func `With occurred they mean the time of occurrence`() async throws {
        #expect(try await positions("--all", "--until", "2000-01-01", "--occurred") == [5])
        #expect(
            try await positions("--all", "--since", "2000-01-02", "--occurred") == [1, 2, 3, 6])
    }

    @Test(arguments: [
        ["read"], ["read", "s", "--all"], ["read", "s", "--category", "c"],
        ["read", "--all", "--category", "c"], ["read", "s", "--from", "1", "--since", "2024"],
        ["read", "s", "--since", "1h", "--from", "1"], ["read", "s", "--occurred"],
        ["read", "s", "--limit", "0"], ["read", "s", "--from", "x"],
    ])
    func `What contradicts itself is refused`(words: [String]) async throws {
        let result = await Console(try await bank()).run(words)
        #expect(result.exit == .usage)
        #expect(result.output.isEmpty)
        #expect(result.errors.hasPrefix("daybook: "))
    }

    @Test func `A person sees a line an event`() async throws {
        let result = await Console(try await bank()).run("read", "account-2")
        #expect(
            result.output == "      2  2024-01-01 00:00:02Z  account-2@0  opened  #owner:bob  "
                + #"{"owner":"Bob","balance":0}"# + "\n")
    }

    @Test func `A missing stream is told in words or as JSON, with its exit code`() async throws {
        let console = Console(try await bank())
        let words = await console.run("read", "account-9")
        #expect(words.exit == .notFound)
        #expect(words.errors.contains("  why:    it was never written"))
        let json = await console.run("read", "account-9", "--json")
        #expect(json.exit == .notFound)
        #expect(json.output.isEmpty)
        let error = try parsed(json.errors)["error"]
        #expect(error?["code"]?.asString == "streamNotFound")
        #expect(error?["exitCode"]?.asInt64 == 5)
        #expect(error?["remedy"]?.asString?.isEmpty == false)
    }

    @Test(
        .timeLimit(.minutes(15)),
        arguments: [
            ("$ce-account", "daybook read --category account"),
            ("$et-item-sold", "daybook read --type item-sold"),
            ("$bc-visit-1", "daybook read --correlation visit-1"),
            ("$category-account", "daybook streams --category account"),
            ("$streams", "daybook streams"),
        ])
    func `A stream that only the server answers is told with what tells the same`(
        stream: String, command: String
    ) async throws {
        let console = Console(try await bank())
        for words in [["read"], ["tail"], ["read", "--type", "paid"]] {
            let result = await console.run(words + [stream])
            #expect(result.exit == .notFound)
            #expect(result.errors.contains("The same is told by `\(command)`."))
        }
        let other = await console.run("read", "$ce-")
        #expect(other.errors.contains("it was never written"))
    }

    @Test func `The store is where the option, the environment or the custom says`() async throws {
        var console = Console(try await bank())
        _ = await console.run("head")
        #expect(console.opened.last?.path == "/somewhere/daybook-data")
        console.environment = ["DAYBOOK_STORE": "/env"]
        _ = await console.run("head")
        #expect(console.opened.last?.path == "/env")
        _ = await console.run("head", "--store", "here")
        #expect(console.opened.last?.path == "/somewhere/here")
    }

    @Test(arguments: [
        ["read", "--all"], ["export"], ["state", "account-1"], ["streams"], ["stats"], ["head"],
        ["tail", "--all", "--from", "1", "--limit", "1"],
    ])
    func `Who only reads opens for reading only, and closes`(words: [String]) async throws {
        let console = Console(try await bank())
        #expect(await console.run(words).exit == .success)
        #expect(console.opened.last?.mode == .readOnly)
        #expect(console.store.state.withLock { $0.closings } == 1)
    }

    @Test func `A locked store has its own exit code, and the message says who`() async throws {
        var console = Console(try await bank())
        console.refusesOpening = StoreError(
            .locked, "the store is in use", why: "process 4711 has it open for writing",
            remedy: "End that process.", place: "/somewhere")
        let result = await console.run("append", "s", "--type", "t")
        #expect(result.exit == .locked)
        #expect(result.errors.contains("process 4711"))
        #expect(result.errors.contains("place:  /somewhere"))
    }
}
