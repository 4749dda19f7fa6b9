import Daybook
import DaybookJSON
import DaybookPlatform
import Foundation
import Testing

extension BinaryTests {
    /// What the command prints, read by machines and by people who follow its help.
    @Suite struct `As printed` {
        static let commands = [
            "append", "import", "export", "read", "tail", "state", "delete", "truncate", "metadata",
            "compact", "streams", "stats", "journals", "head", "verify", "backup", "restore",
            "repair", "catalog", "new", "bench", "demo", "completion",
        ]

        private let place: Workplace
        private let binary: Binary

        init() throws {
            place = try Workplace()
            binary = Binary(store: place.store)
        }

        @Test func `The overview names every command there is a test for`() async throws {
            let overview = try await binary.succeed("--help").lines
            let names = overview.drop { $0 != "Commands:" }.dropFirst()
                .prefix { $0.hasPrefix("  ") }
                .filter { !$0.hasPrefix("   ") }
                .compactMap { $0.split(separator: " ").first.map(String.init) }
            // The server runs until it is told to end: it has tests of its own.
            #expect(Set(names) == Set(Self.commands + ["serve"]))
        }

        @Test(arguments: commands) func `Every example of the help runs as it stands`(
            command: String
        ) async throws {
            let help = try await binary.succeed(command, "--help")
            #expect(try await binary.succeed("help", command).output == help.output)
            let examples = help.lines.drop { !$0.hasPrefix("Example") }.dropFirst()
                .map { $0.trimmingCharacters(in: .whitespaces) }
            #expect(!examples.isEmpty)
            let stage = try await Stage(place, for: command)
            for example in examples {
                let ended = try await stage.run(example)
                #expect(ended.status == .exited(0), "\(example): \(ended.errors)")
            }
        }

        @Test func `What is meant for machines is JSON, a line at a time`() async throws {
            try await binary.succeed("import", "-", input: Self.oddLines)
            try await binary.succeed("delete", "odd-2")
            for words in [
                ["read", "--all", "--json"], ["read", "--all", "--json", "--system"],
                ["read", "--all", "--backwards", "--json"], ["read", "odd-1", "--json"],
                ["tail", "--all", "--from", "1", "--limit", "5", "--json"],
                ["tail", "--all", "--last", "3", "--limit", "3", "--json"], ["export"],
                ["state", "odd-1", "--json"], ["state", "odd-1", "--diff", "0", "1", "--json"],
                ["streams", "--json"], ["stats", "--json"], ["head", "--json"],
                ["verify", "--json"],
                ["append", "odd-1", "--type", "t", "--json"],
            ] {
                let ended = try await binary.run(words)
                #expect(ended.status == .exited(0), "\(words): \(ended.errors)")
                #expect(ended.errors == "", "\(words)")
                #expect(!ended.lines.isEmpty, "\(words)")
                for line in ended.lines {
                    #expect((try? parsed(line))?.asObject != nil, "\(words): \(line)")
                }
            }
            let failed = try await binary.run("read", "odd-99", "--json")
            #expect(try parsed(failed.errors)["error"]?["code"]?.asString == "streamNotFound")
        }

        @Test func `What was exported and imported is exported the same again`() async throws {
            try await binary.succeed("import", "-", input: Self.oddLines + eventLines(0..<300))
            let first = try await binary.succeed("export")
            let other = Binary(store: place.path + "/second")
            try await other.succeed("import", "-", "--check-revisions", input: first.output)
            let second = try await other.succeed("export")
            #expect(first.lines.count == second.lines.count)
            for (one, two) in zip(first.lines, second.lines) {
                #expect(try withoutRecordedAt(one) == withoutRecordedAt(two))
            }
            let file = place.path + "/all.jsonl.zst"
            try await binary.succeed("export", "--output", file)
            let third = Binary(store: place.path + "/third")
            try await third.succeed("import", file)
            let again = try await third.succeed("export")
            #expect(try again.lines.map(withoutRecordedAt) == first.lines.map(withoutRecordedAt))
        }

        /// The line as it stands, but for the one thing that is each store's own.
        private func withoutRecordedAt(_ line: String) throws -> String {
            let pattern = /,"recordedAt":"[^"]*"/
            #expect(line.matches(of: pattern).count >= 1)
            // Only the first: whatever follows is the producer's.
            return line.replacing(pattern, with: "", maxReplacements: 1)
        }

        /// Events with everything that makes lines difficult.
        static let oddLines =
            [
                #"{"stream":"odd-1","type":"t","data":{"a":1,"b":[1,2,{"c":null}]}}"#,
                #"{"stream":"odd-1","type":"é \" \\","data":{"a":2,"text":"line\nbreak\u0000\u2028"}}"#,
                #"{"stream":"odd-2","type":"t","data":  {"white" : "space" , "n":1.50e+2}}"#,
                #"{"stream":"odd-3","type":"t","dataBase64":"AAECAw==","#
                    + #""contentType":"application/octet-stream"}"#,
                #"{"stream":"odd-4","type":"t","data":"only text","tags":["a:b","ü:\"x\""],"#
                    + #""metadata":{"who":"me"},"causation":"c","correlation":"k","#
                    + #""occurredAt":"1999-12-31T23:59:59.123456Z"}"#,
                #"{"stream":"odd-5","type":"t","data":123456789012345678901234567890}"#,
                #"{"stream":"no dash","type":"t"}"#,
            ].joined(separator: "\n") + "\n"
    }
}
