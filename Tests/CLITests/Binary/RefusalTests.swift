import Daybook
import DaybookBytes
import DaybookJSON
import DaybookPlatform
import Foundation
import Testing

extension BinaryTests {
    /// Two at a time, later versions, and readers that go away.
    @Suite struct `With others` {
        private let place: Workplace
        private let binary: Binary

        init() throws {
            place = try Workplace()
            binary = Binary(store: place.store)
        }

        @Test func `A second writer is told which process has the store`() async throws {
            try await binary.succeed("append", "s-1", "--type", "t")
            let first = try binary.start("import", "-", "--source", "slow", input: .pipe)
            #expect(try await eventually { try await hasWriter() })
            let second = try await binary.run("append", "s-1", "--type", "t", "--json")
            #expect(second.status == .exited(6))
            let error = try parsed(second.errors)["error"]
            #expect(error?["code"]?.asString == "locked")
            #expect(error?["why"]?.asString?.contains("process \(first.processID)") == true)
            #expect(error?["place"]?.asString == "\(place.store)/LOCK")
            let before = try await binary.succeed("read", "--all", "--json").lines.count
            try await Binary.blocking { try first.write(eventLines(0..<3)) }
            first.closeInput()
            #expect(try await first.drained().status == .exited(0))
            try await binary.succeed("append", "s-1", "--type", "t")
            #expect(try await Audit.read(binary).ids.count == before + 4)
        }

        private func hasWriter() async throws -> Bool {
            let stats = try await binary.succeed("stats", "--json")
            return try parsed(stats.output)["hasWriter"]?.asBool == true
        }

        @Test(arguments: [("journals/main", "manifest-"), ("journals/main/segments", "0")])
        func `A store of a later version is left alone`(
            folder: String, prefix: String
        ) async throws {
            try await binary.succeed("import", "-", input: eventLines(0..<10))
            let files = try FileManager.default.contentsOfDirectory(
                atPath: "\(place.store)/\(folder)"
            ).filter { $0.hasPrefix(prefix) && !$0.hasSuffix(".offsets") }
            #expect(!files.isEmpty)
            for file in files { try makeNewer("\(place.store)/\(folder)/\(file)") }
            let before = try contents()
            for words in [
                ["append", "s-1", "--type", "t", "--json"], ["read", "--all", "--json"],
                ["import", "-", "--json"],
            ] {
                let ended = try await binary.run(words)
                #expect(ended.status == .exited(1), "\(words): \(ended.output) \(ended.errors)")
                let error = try? parsed(ended.errors)["error"]
                #expect(error?["code"]?.asString == "newerFormat", "\(words): \(ended.errors)")
                #expect(error?["what"]?.asString?.contains("later version") == true)
            }
            let verified = try await binary.run("verify", "--json")
            #expect(verified.status != .exited(0), "\(verified.output)")
            #expect(try contents() == before)
        }

        /// Sets the format version and the checksum that goes with it, as a later version would.
        private func makeNewer(_ path: String) throws {
            var bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
            let end = path.contains("manifest") ? bytes.count : 4096
            bytes[12] = 9
            let sum = CRC32C.checksum(of: bytes.rawSpan.extracting(12..<end))
            for place in 0..<4 { bytes[8 + place] = UInt8(truncatingIfNeeded: sum >> (8 * place)) }
            try Data(bytes).write(to: URL(filePath: path))
        }

        /// Everything in the store but its lock.
        private func contents() throws -> [String: Data] {
            var found: [String: Data] = [:]
            let paths = FileManager.default.enumerator(atPath: place.store)
            while let path = paths?.nextObject() as? String {
                let url = URL(filePath: place.store + "/" + path)
                if !path.hasSuffix("LOCK"), !url.hasDirectoryPath {
                    found[path] = try? Data(contentsOf: url)
                }
            }
            return found
        }

        @Test(arguments: [["read", "--all"], ["read", "--all", "--json"], ["export"]])
        func `A reader that has seen enough is no failure`(words: [String]) async throws {
            try await binary.succeed("import", "-", input: eventLines(0..<4_000))
            let line = "(daybook \(words.joined(separator: " ")); echo \"ended $?\" >&2) | head -1"
            let ended = try await binary.shell(line)
            #expect(ended.status == .exited(0))
            #expect(ended.lines.count == 1)
            #expect(ended.errors == "ended 0\n")
        }

        @Test func `Without a store every command says so`() async throws {
            for words in [
                ["read", "--all"], ["export"], ["tail", "--all"], ["state", "s-1"], ["streams"],
                ["stats"], ["journals"], ["head"], ["verify"],
            ] {
                let ended = try await binary.run(words)
                #expect(ended.status == .exited(5), "\(words): \(ended.errors)")
                #expect(ended.errors.contains("no store"), "\(words): \(ended.errors)")
                let named = "  place:  \(place.store)/journals/main\n"
                #expect(ended.errors.contains(named), "\(words): \(ended.errors)")
            }
            #expect(!FileManager.default.fileExists(atPath: place.store))
        }
    }
}
