import Daybook
import DaybookJSON
import Testing

@testable import DaybookCLI

@Suite struct StateCommandTests {
    func state(_ words: String...) async throws -> JSONValue {
        let result = await Console(try await bank()).run(
            ["state", "account-1"] + words + ["--json"])
        #expect(result.exit == .success, "\(result.errors)")
        return try parsed(result.output)
    }

    @Test func `The state is the fold of all data`() async throws {
        #expect(
            try await state()
                == [
                    "stream": "account-1", "revision": 2,
                    "state": ["owner": "Ada", "balance": 70, "note": "rent"],
                ])
    }

    @Test func `It can be asked for behind a revision and at a time`() async throws {
        #expect(try await state("--at", "1")["state"] == ["owner": "Ada", "balance": 100])
        #expect(try await state("--at", "2024-01-01T00:00:03Z")["revision"] == 1)
        #expect(try await state("--at", "2024-01-01T00:00:00Z")["state"] == .null)
    }

    @Test func `With occurred, events count that had occurred by then, in order of revision`()
        async throws
    {
        let state = try await state("--at", "2000-01-01", "--occurred")
        #expect(state["state"] == ["balance": 70, "note": "rent"])
        #expect(state["revision"] == 2)
    }

    @Test func `A difference names what was added, removed and changed`() async throws {
        let store = try await bank()
        _ = try await store.append([Event(type: "x", data: #"{"owner":null}"#)], to: "account-1")
        let console = Console(store)
        let words = ["state", "account-1", "--diff", "0", "3"]
        let value = try parsed(await console.run(words + ["--json"]).output)
        #expect(value["from"] == ["point": "revision 0", "revision": 0])
        #expect(value["to"] == ["point": "revision 3", "revision": 3])
        #expect(value["patch"] == ["owner": nil, "balance": 70, "note": "rent"])
        #expect(
            value["changes"]
                == [
                    ["path": "/owner", "change": "removed", "old": "Ada"],
                    ["path": "/balance", "change": "changed", "old": 0, "new": 70],
                    ["path": "/note", "change": "added", "new": "rent"],
                ])
        let text = await console.run(words).output
        #expect(text == "- /owner  \"Ada\"\n- /balance  0\n+ /balance  70\n+ /note  \"rent\"\n")
    }

    @Test func `For a person standard output is the state alone`() async throws {
        let result = await Console(try await bank()).run("state", "account-2")
        #expect(try JSONValue(parsing: result.output) == ["owner": "Bob", "balance": 0])
        #expect(result.errors == "account-2@0\n")
    }

    @Test func `Where nothing had happened the state is null, and it is said why`() async throws {
        let console = Console(try await bank())
        let words = ["state", "account-1", "--at", "1993-06-30"]
        let result = await console.run(words)
        #expect(result.exit == .success)
        #expect(result.output == "null\n")
        #expect(
            result.errors == "note: nothing had been recorded in account-1 at "
                + "1993-06-30T00:00:00Z; with --occurred, times are those of occurrence\n")
        let occurred = await console.run(words + ["--occurred"])
        #expect(occurred.output == "null\n")
        #expect(
            occurred.errors
                == "note: nothing had occurred in account-1 at 1993-06-30T00:00:00Z\n")
        let json = await console.run(words + ["--json"])
        #expect(
            try parsed(json.output) == ["stream": "account-1", "revision": nil, "state": nil])
    }

    @Test func `Data that is no JSON is left out, and it is said`() async throws {
        let store = try await bank()
        _ = try await store.append(
            [Event(type: "scan", data: [1, 2], contentType: Event.bytes)], to: "account-2")
        let result = await Console(store).run("state", "account-2")
        #expect(result.errors.contains("1 event without JSON data left out"))
    }

    @Test(arguments: [
        ["--at", "99"], ["--at", "3"], ["--diff", "99", "0"], ["--diff", "0", "3"],
    ])
    func `A revision that is not there yet is not the last one`(words: [String]) async throws {
        let asked = words.contains("99") ? 99 : 3
        let console = Console(try await bank())
        let result = await console.run(["state", "account-1"] + words)
        #expect(result.exit == .notFound)
        #expect(result.output.isEmpty)
        #expect(result.errors.contains("Stream 'account-1' has no revision \(asked)\n"))
        #expect(result.errors.contains("why:    its last revision is 2\n"))
        let json = try parsed(await console.run(["state", "account-1", "--json"] + words).errors)
        #expect(json["error"]?["code"] == "revisionNotFound")
    }

    @Test func `A stream that is not there is not an empty state`() async throws {
        #expect(await Console(try await bank()).run("state", "account-9").exit == .notFound)
        #expect(
            await Console(try await bank()).run("state", "s", "--at", "1", "--diff", "1", "2").exit
                == .usage)
    }
}
