import Daybook
import DaybookJSON
import DaybookPlatform
import Testing

extension BinaryTests {
    /// Several journals of one store, by the command.
    @Suite struct `With several journals` {
        private let place: Workplace
        private let binary: Binary

        init() throws {
            place = try Workplace()
            binary = Binary(store: place.store)
        }

        @Test func `Each is made by its first append and numbers its own events`() async throws {
            try await binary.succeed("append", "s-1", "--type", "t")
            try await binary.succeed("append", "s-1", "--type", "t")
            let first = try await binary.succeed(
                "append", "s-1", "--type", "t", "--journal", "billing")
            #expect(first.output == "s-1 revision 0, position 1: recorded\n")
            try await binary.succeed(
                "import", "-", "--journal", "orders", input: eventLines(0..<10))
            let lines = try await binary.succeed("journals").lines
            #expect(lines.count == 4 && lines[0].hasPrefix("journal"))
            #expect(
                lines.dropFirst().map { $0.prefix { $0 != " " } } == ["billing", "main", "orders"])
            let listed = try await binary.succeed("journals", "--json").lines.map(parsed)
            #expect(listed.map { $0["lastPosition"] } == [1, 2, 10])
            for journal in listed {
                let name = try #require(journal["journal"]?.asString)
                let head = try parsed(
                    await binary.succeed("head", "--json", "--journal", name).output)
                #expect(head["checkpoint"] == journal["checkpoint"])
                #expect(head["journal"] == journal["journal"])
            }
            let read = try await binary.succeed("read", "--all", "--journal", "billing", "--json")
            #expect(read.lines.count == 1)
        }

        @Test func `stats and verify take all of them, or the one that is named`() async throws {
            try await binary.succeed("import", "-", input: eventLines(0..<5))
            try await binary.succeed(
                "import", "-", "--journal", "billing", input: eventLines(0..<7))
            let all = try await binary.succeed("stats").output
            #expect(all.hasPrefix("journal billing\n") && all.contains("\n\njournal main\n"))
            let each = try await binary.succeed("stats", "--json").lines.map(parsed)
            #expect(each.map { $0["events"] } == [7, 5])
            let one = try await binary.succeed("stats", "--journal", "main", "--json").lines
            #expect(one.count == 1)
            let whole = try parsed(await binary.succeed("verify", "--json").output)
            #expect(whole["events"] == 12)
            #expect(try await binary.succeed("verify").output.contains("in 2 journals"))
            let named = try parsed(
                await binary.succeed("verify", "--journal", "billing", "--json").output)
            #expect(named["events"] == 7)
        }

        @Test func `A mistyped name is told, with the one that was meant`() async throws {
            try await binary.succeed("append", "s-1", "--type", "t", "--journal", "billing")
            let commands = [
                ["read", "--all"], ["head"], ["stats"], ["verify"], ["journals"],
                ["delete", "s-1"],
            ]
            for words in commands {
                let ended = try await binary.run(words + ["--journal", "biling"])
                #expect(ended.status == .exited(5), "\(words)")
                #expect(ended.errors.contains("There is no journal 'biling'"), "\(words)")
                #expect(ended.errors.contains("Did you mean `billing`?"), "\(words)")
            }
            let unnamed = try await binary.run("read", "--all")
            #expect(unnamed.status == .exited(5))
            #expect(unnamed.errors.contains("the store holds 'billing'"))
            #expect(unnamed.errors.contains("Name one of them, by `--journal NAME`"))
            #expect(try await binary.succeed("journals").lines.count == 2)
        }

        @Test func `A name that cannot be is refused, and makes no store`() async throws {
            let ended = try await binary.run(
                "append", "s-1", "--type", "t", "--journal", "../elsewhere")
            #expect(ended.status == .exited(3))
            #expect(ended.errors.contains("a to z, 0 to 9, - and _"))
            #expect(try await binary.run("journals").status == .exited(5))
        }
    }
}
