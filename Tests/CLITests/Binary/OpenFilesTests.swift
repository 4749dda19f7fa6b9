import Daybook
import DaybookJournal
import DaybookPlatform
import DaybookStore
import Testing

extension BinaryTests {
    /// A store with more segments than files may be open.
    @Suite struct `With few files that may be open` {
        private let place: Workplace
        private let events = 4000

        init() async throws {
            place = try Workplace()
            var options = JournalOptions()
            options.segmentBytesFirst = 16 << 10
            options.segmentBytesMax = 16 << 10
            let disk = LinuxDisk(root: place.store)
            try disk.createRoot()
            let store = try await EmbeddedStore.open(on: disk, options: options)
            let text = String(repeating: "x", count: 700)
            for first in stride(from: 0, to: events, by: 16) {
                let batch = (first..<first + 16).map {
                    Event(type: "noted", data: "{\"n\":\($0),\"t\":\"\(text)\"}")
                }
                try await store.append(Append(batch, to: "account-\(first / 16 % 5)"))
            }
            try await store.close()
        }

        /// The command, started where so many files may be open.
        private func binary(_ limit: String) -> Binary {
            var binary = Binary(store: place.store)
            binary.wrapper = ["sh", "-c", "ulimit \(limit); exec \"$0\" \"$@\""]
            return binary
        }

        @Test func `All is read, written and compacted`() async throws {
            let disk = LinuxDisk(root: place.store)
            #expect(try disk.list("journals/main/segments").count > 400)
            let few = binary("-n 64")
            #expect(try await few.succeed("export").lines.count == events)
            #expect(try await few.succeed("read", "account-3", "--json").lines.count == events / 5)
            let last = try await few.succeed("read", "--all", "--backwards", "--limit", "2000")
            #expect(last.lines.count >= 2000)
            try await few.succeed("append", "account-1", "--type", "noted")
            try await few.succeed("truncate", "account-2", "--before", "700")
            try await few.succeed("compact", "--all")
            #expect(try await few.succeed("export").lines.count == events + 1 - 700)
            try await few.succeed("stats")
        }

        @Test func `What needs them all says what to do, and has them where it may`() async throws {
            let refused = try await binary("-n 64").run("verify")
            #expect(refused.status != .exited(0))
            #expect(refused.errors.contains("ulimit -n"), "\(refused.errors)")
            try await binary("-Sn 64").succeed("verify")
        }
    }
}
