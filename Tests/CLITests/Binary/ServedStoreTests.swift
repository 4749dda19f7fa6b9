import DaybookJSON
import DaybookPlatform
import Foundation
import Testing

extension BinaryTests {
    /// Commands that are given `--url` in place of `--store`.
    @Suite struct `On the store of a server` {
        private let place: Workplace
        private let served: Binary
        private let folder: Binary

        init() throws {
            place = try Workplace()
            served = Binary(store: place.store)
            folder = Binary(store: place.path + "/folder")
        }

        /// What both are told, one after the other; `{lines}` is a file of events.
        private static let commands: [[String]] = [
            [
                "append", "account-1", "--type", "opened", "--data", #"{"owner":"Ada"}"#,
                "--expect", "none",
            ],
            [
                "append", "account-1", "--type", "paid-in", "--data", #"{"balance":7}"#, "--tag",
                "by:ada",
            ],
            ["append", "account-1", "--type", "paid-in", "--data", "{}", "--expect", "0"],
            [
                "append", "account-1", "--type", "paid-in", "--data", "{}", "--expect", "9",
                "--json",
            ],
            ["append", "", "--type", "paid-in", "--data", "{}"],
            ["import", "{lines}"],
            ["import", "{lines}"],
            ["read", "account-1"],
            ["read", "--all", "--type", "opened", "--json"],
            ["read", "--tag", "by:ada", "--backwards", "--limit", "1"],
            ["read", "account-404"],
            ["tail", "--all", "--last", "2", "--limit", "2"],
            ["state", "account-1"],
            ["state", "account-1", "--diff", "0", "1"],
            ["streams", "--category", "account"],
            ["metadata", "account-2", "--set", #"{"$maxCount":1}"#],
            ["metadata", "account-2"],
            ["truncate", "account-1", "--before", "1"],
            ["read", "--category", "account"],
            ["delete", "account-2", "--tombstone"],
            ["append", "account-2", "--type", "opened", "--data", "{}"],
            ["export", "--all"],
            ["head"],
            ["read", "--all", "--journal", "billing"],
        ]

        @Test func `Every command says the same of it as of a folder`() async throws {
            let lines = place.path + "/lines.jsonl"
            try """
            {"stream":"account-2","type":"opened","data":{"owner":"Bob"},"time":"2026-01-02T10:00:00Z"}
            {"stream":"account-2","type":"paid-in","data":{"balance":40},"tags":["by:bob"]}

            """.write(toFile: lines, atomically: true, encoding: .utf8)
            let (server, url) = try await start()
            for command in Self.commands {
                let words = command.map { $0 == "{lines}" ? lines : $0 }
                let there = try await served.run(words + ["--url", url])
                let here = try await folder.run(words)
                #expect(there.status == here.status, "\(words): \(there.errors)")
                #expect(settled(there.output) == settled(here.output), "\(words)")
                // Where the place is told, it is another one.
                #expect(
                    settled(there.errors).prefix { $0 != "\n" }
                        == settled(here.errors).prefix { $0 != "\n" }, "\(words)")
            }
            try await end(server)
        }

        @Test func `A variable names the server, and one of a folder beside it is refused`()
            async throws
        {
            let (server, url) = try await start()
            let line = "daybook append till-1 --type opened --data '{}' && daybook journals --json"
            let both = try await served.shell(line, variables: ["DAYBOOK_URL": url])
            #expect(both.status == .exited(2))
            #expect(both.errors.contains("both DAYBOOK_URL and DAYBOOK_STORE are set"))
            let one = try await served.shell(
                "unset DAYBOOK_STORE; " + line, variables: ["DAYBOOK_URL": url])
            #expect(one.status == .exited(0), "\(one.errors)")
            let journal = try parsed(try #require(one.lines.last))
            #expect(journal["journal"]?.asString == "main")
            #expect(journal["lastPosition"]?.asInt64 == 1)
            try await end(server)
        }

        @Test(arguments: [
            (
                ["read", "--all", "--url", "daybook://127.0.0.1:1", "--store", "bank"],
                "cannot be given together"
            ),
            (["export", "--exact", "--url", "daybook://127.0.0.1:1"], "cannot be given together"),
            (["read", "--all", "--url", "http://127.0.0.1:1"], "does not begin with `daybook://`"),
            (["stats", "--url", "daybook://127.0.0.1:1"], "`--url` names a server"),
        ])
        func `What cannot be is refused before anything is asked`(
            words: [String], said: String
        ) async throws {
            let ended = try await served.run(words)
            #expect(ended.status == .exited(2), "\(ended.errors)")
            #expect(ended.errors.contains(said), "\(ended.errors)")
        }

        @Test func `A journal is made in the folder, and not by an append through a server`()
            async throws
        {
            let (server, url) = try await start()
            let words = ["append", "bill-1", "--type", "sent", "--journal", "billing"]
            let refused = try await served.run(words + ["--url", url])
            #expect(refused.status == .exited(5), "\(refused.errors)")
            #expect(refused.errors.contains("There is no journal 'billing'"))
            #expect(refused.errors.contains("A server makes no journal"), "\(refused.errors)")
            #expect(refused.errors.contains("while the server is stopped"))
            #expect(try await served.run("journals", "--url", url).lines.count == 2)
            try await end(server)
            // What the error says to do.
            #expect(try await served.run(words).status == .exited(0))
            let (again, place) = try await start()
            #expect(try await served.run(words + ["--url", place]).status == .exited(0))
            try await end(again)
        }

        @Test func `Names are completed from the server, and nothing where it does not answer`()
            async throws
        {
            for name in ["account-1", "account-2", "order-1"] {
                try await served.succeed("append", name, "--type", "opened")
            }
            try await served.succeed("append", "bill-1", "--type", "sent", "--journal", "billing")
            let (server, url) = try await start()
            let byName = "--url \(url)"
            #expect(try await told("read acc", "") == [])
            #expect(try await told("read acc", byName) == ["account-1", "account-2"])
            #expect(try await told("read --category ", byName) == ["account", "order"])
            #expect(try await told("read --journal b", byName) == ["billing"])
            #expect(try await told("read --journal billing bi", byName) == ["bill-1"])
            #expect(try await told("read --journal none bi", byName) == [])
            #expect(try await told("read acc", "", url: url) == ["account-1", "account-2"])
            #expect(try await told("stats --journal ", "", url: url) == [])
            #expect(try await told("read acc", "--url daybook://127.0.0.1:1") == [])
            // The system takes connections for it, and nobody answers.
            server.pause()
            #expect(try await told("read acc", byName) == [])
            server.goOn()
            try await end(server)
        }

        /// The words that a shell is told for a line, a server named behind the cursor or by the variable.
        private func told(
            _ before: String, _ behind: String, url: String = ""
        ) async throws -> [String] {
            let ended = try await folder.shell(
                "unset DAYBOOK_STORE; daybook --complete bash 'daybook \(before)' ' \(behind)'",
                variables: ["DAYBOOK_URL": url])
            #expect(ended.status == .exited(0))
            #expect(ended.errors.isEmpty)
            return Array(ended.lines.dropFirst())
        }

        /// Of an event without data, too, as the first of a store may be.
        @Test func `Reading all of it is measured, at a server as in a folder`() async throws {
            let (server, url) = try await start()
            try await served.succeed(
                "append", "till-1", "--type", "opened", "--content-type",
                "application/octet-stream", "--url", url)
            for (store, way) in [(url, "by a server"), (place.store, "in this process")] {
                let measured = try await served.succeed(
                    "bench", "--read", store, "--seconds", "1", "--json")
                let names = try measured.lines.map { try parsed($0)["name"]?.asString }
                #expect(names == ["views", "values"].map { "read all \(way), as \($0)" })
            }
            try await end(server)
        }

        @Test func `Where there is no server it is said soon`() async throws {
            let ended = try await served.run("head", "--url", "daybook://127.0.0.1:1", "--json")
            #expect(ended.status == .exited(1))
            let error = try parsed(ended.errors)["error"]
            #expect(error?["code"]?.asString == "unavailable")
            #expect(error?["place"]?.asString == "daybook://127.0.0.1:1")
        }

        private func start() async throws -> (Subprocess, String) {
            let server = try served.start("serve", "--port", "0", "--json")
            let line = try await Binary.blocking { try server.line() }
            let port = try #require(try JSONValue(parsing: line)["port"]?.asInt64)
            return (server, "daybook://127.0.0.1:\(port)")
        }

        private func end(_ server: Subprocess) async throws {
            server.terminate()
            #expect(try await server.drained().status == .exited(0))
        }

        /// Without what differs from run to run: times, ids, checkpoints, rates.
        private func settled(_ text: String) -> String {
            text.replacing(
                /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(\.[0-9a-f]+\.)?/, with: "(id)"
            )
            .replacing(/\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?Z/, with: "(instant)")
            .replacing(/in [\d.]+ m?s: .*/, with: "(rate)")
        }
    }
}
