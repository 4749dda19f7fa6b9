import DaybookJSON
import DaybookPlatform
import Testing

extension BinaryTests {
    /// A store compressed by the command.
    @Suite struct `With compressed segments` {
        private let place: Workplace
        private let binary: Binary

        init() throws {
            place = try Workplace()
            binary = Binary(store: place.store)
        }

        @Test func `What is exported is what was, and all commands know of it`() async throws {
            try await binary.succeed("import", "-", input: eventLines(0..<4000))
            let before = try await binary.succeed("export", "--all").output
            let compacted = try await binary.succeed(
                "compact", "--compress", "--all", "--throttle", "none")
            #expect(compacted.output.contains("compressed 1 segment\nwrote 1 segment again: "))
            #expect(try await binary.succeed("export", "--all").output == before)
            #expect(try await binary.succeed("stats").output.contains("(1 compressed)"))
            let verified = try parsed(await binary.succeed("verify", "--json").output)
            #expect(verified["segmentsCompressed"] == 1 && verified["findings"] == [])
            let again = try parsed(
                await binary.succeed("compact", "--compress", "--json").output)
            #expect(again["segmentsCompressed"] == 0 && again["complete"] == true)
            try await binary.succeed("repair")
            try await binary.succeed("backup", place.store + ".tar")
            let restored = Binary(store: place.store + "-restored")
            try await restored.succeed("restore", place.store + ".tar")
            #expect(try await restored.succeed("export", "--all").output == before)
        }
    }
}
