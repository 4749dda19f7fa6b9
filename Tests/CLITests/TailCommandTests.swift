import Daybook
import DaybookJSON
import Synchronization
import Testing

@testable import DaybookCLI

@Suite(.timeLimit(.minutes(15))) struct TailCommandTests {
    @Test func `What there is and what comes are one sequence`() async throws {
        let console = Console(try await bank())
        async let result = console.run("tail", "--all", "--from", "5", "--limit", "3", "--json")
        while console.store.state.withLock({ $0.listeners.isEmpty }) { await Task.yield() }
        _ = try await console.store.append([Event(type: "paid", data: "{}")], to: "account-2")
        let lines = await result.lines
        #expect(try lines.map { try parsed($0)["position"]?.asInt64 } == [5, 6, 7])
    }

    @Test func `Without a start it begins with what comes`() async throws {
        let console = Console(try await bank())
        async let result = console.run("tail", "--type", "paid", "--limit", "1", "--json")
        while console.store.state.withLock({ $0.listeners.isEmpty }) { await Task.yield() }
        _ = try await console.store.append([Event(type: "moved", data: "{}")], to: "customer-bob")
        _ = try await console.store.append([Event(type: "paid", data: "{}")], to: "account-2")
        #expect(try await result.lines.map { try parsed($0)["position"]?.asInt64 } == [8])
    }

    @Test func `The last events come first`() async throws {
        let console = Console(try await bank())
        let result = await console.run(
            "tail", "--category", "account", "--last", "2", "--limit", "2", "--json")
        #expect(try result.lines.map { try parsed($0)["position"]?.asInt64 } == [3, 5])
    }

    @Test func `From is a revision of a stream`() async throws {
        let console = Console(try await bank())
        let result = await console.run("tail", "account-1", "--from", "1", "--limit", "2", "--json")
        #expect(try result.lines.map { try parsed($0)["revision"]?.asInt64 } == [1, 2])
    }

    @Test func `Since begins at a time of recording, or filters by occurrence`() async throws {
        let console = Console(try await bank())
        let since = await console.run(
            "tail", "--all", "--since", "2024-01-01T00:00:05Z", "--limit", "2", "--json")
        #expect(try since.lines.map { try parsed($0)["position"]?.asInt64 } == [5, 6])
        let occurred = await console.run(
            "tail", "--all", "--since", "2001-01-01", "--occurred", "--limit", "4", "--json")
        #expect(try occurred.lines.map { try parsed($0)["position"]?.asInt64 } == [1, 2, 3, 6])
    }

    @Test func `After a checkpoint comes what follows it, and nothing of another history`()
        async throws
    {
        let console = Console(try await bank())
        let head = try parsed(try #require(await console.run("head", "--json").lines.first))
        let checkpoint = try #require(head["checkpoint"]?.asString)
        async let result = console.run(
            "tail", "--all", "--after", checkpoint, "--limit", "1", "--json")
        while console.store.state.withLock({ $0.listeners.isEmpty }) { await Task.yield() }
        _ = try await console.store.append([Event(type: "paid", data: "{}")], to: "account-2")
        #expect(try await result.lines.map { try parsed($0)["position"]?.asInt64 } == [7])
        let nonsense = await console.run("tail", "--all", "--after", "7")
        #expect(nonsense.exit == .usage)
        #expect(nonsense.errors.contains("that is no checkpoint"))
        let both = await console.run("tail", "--all", "--after", checkpoint, "--last", "1")
        #expect(both.exit == .usage)
    }

    @Test func `A stream may be followed before it is there`() async throws {
        let console = Console(try await bank())
        async let result = console.run("tail", "account-3", "--from", "0", "--limit", "1", "--json")
        while console.store.state.withLock({ $0.listeners.isEmpty }) { await Task.yield() }
        _ = try await console.store.append([Event(type: "opened", data: "{}")], to: "account-3")
        #expect(await result.lines.count == 1)
    }

    @Test func `Being stopped is how it ends`() async throws {
        let console = Console(try await bank())
        async let result = console.run("tail", "--all", "--json")
        while console.store.state.withLock({ $0.listeners.isEmpty }) { await Task.yield() }
        #expect(console.interruption.request(at: 0))
        #expect(await result.exit == .success)
        #expect(await result.output.isEmpty)
        #expect(await result.errors.isEmpty)
    }
}
