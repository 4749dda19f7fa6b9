import Daybook
import DaybookJSON
import DaybookPlatform
import DaybookStore
import Foundation
import Testing

extension BinaryTests {
    /// The command on a disk without room, and on one that may not be written.
    @Suite(.enabled(if: TinyDisk.isPossible, "\(TinyDisk.absence)")) struct `On a tiny disk` {
        @Test func `A full disk refuses appends and heals when there is room again`()
            async throws
        {
            let disk = try TinyDisk(megabytes: 8)
            let binary = Binary(store: disk.path + "/store")
            try disk.takeUp(kilobytes: 4_000)
            let data = #"{"pad":"\#(String(repeating: "x", count: 60_000))"}"#
            func append(_ number: Int) async throws -> Binary.Ended {
                try await binary.run(
                    "append", "s-1", "--type", "t", "--json", "--data", "-", input: data)
            }
            var recorded = 0
            var refusal: Binary.Ended?
            while recorded < 200, refusal == nil {
                let ended = try await append(recorded)
                if ended.status == .exited(0) { recorded += 1 } else { refusal = ended }
            }
            let refused = try #require(refusal, "8 MB took \(recorded) events of 60 kB")
            #expect(refused.status == .exited(1))
            let error = try parsed(refused.errors)["error"]
            #expect(error?["code"]?.asString == "diskFull", "\(refused.errors)")
            #expect(error?["what"]?.asString?.contains("no room") == true)
            #expect(error?["remedy"]?.asString?.contains("Make room") == true)
            #expect(recorded > 10)

            // Reads go on, and a second try is refused the same way.
            #expect(try await binary.succeed("read", "--all", "--json").lines.count == recorded)
            try await binary.succeed("verify")
            #expect(try await append(recorded).status == .exited(1))

            try disk.makeRoom()
            for _ in 0..<10 {
                let ended = try await append(recorded)
                #expect(ended.status == .exited(0), "\(ended.errors)")
                recorded += 1
            }
            #expect(try await Audit.read(binary).ids.count == recorded)
        }

        @Test func `A store that stays open refuses while the disk is full, and no longer`()
            async throws
        {
            // Segments double: after 1, 2 and 4 MiB the next has no room until the ballast is gone.
            let disk = try TinyDisk(megabytes: 24)
            try disk.takeUp(kilobytes: 12_000)
            let store = try await EmbeddedStore.open(at: disk.path + "/store")
            let event = Event(type: "t", data: [UInt8](repeating: 7, count: 50_000))
            func append() async -> StoreError.Code? {
                do {
                    var next = event
                    next.id = EventID()
                    _ = try await store.append([next], to: "s-1")
                    return nil
                } catch {
                    return error.code
                }
            }
            var recorded = 0
            var code = await append()
            while code == nil, recorded < 300 {
                recorded += 1
                code = await append()
            }
            #expect(code == .diskFull)
            #expect(try await store.events(.stream("s-1")).count == recorded)
            #expect(await append() == .diskFull)
            try disk.makeRoom()
            #expect(try await eventually(seconds: 10) { await append() == nil })
            recorded += 1
            for _ in 0..<20 { #expect(await append() == nil) }
            #expect(try await store.events(.stream("s-1")).count == recorded + 20)
            try await store.close()
            let report = try await EmbeddedStore.verify(at: disk.path + "/store") { _, _ in }
            #expect(report.findings == [])
        }

        @Test func `A read-only file system is read, and says that it cannot be written`()
            async throws
        {
            let disk = try TinyDisk(megabytes: 16)
            let binary = Binary(store: disk.path + "/store")
            try await binary.succeed("import", "-", input: eventLines(0..<500))
            try disk.setReadOnly(true)
            #expect(try await binary.succeed("read", "--all", "--json").lines.count == 500)
            try await binary.succeed("read", "load-3")
            try await binary.succeed("state", "load-3", "--json")
            try await binary.succeed("stats")
            try await binary.succeed("verify")
            try await binary.succeed("tail", "--all", "--from", "400", "--limit", "100")
            for words in [
                ["append", "s-1", "--type", "t", "--json"], ["delete", "load-3", "--json"],
                ["import", "-", "--json"],
            ] {
                let ended = try await binary.run(words)
                #expect(ended.status == .exited(1), "\(words)")
                let error = try parsed(ended.errors)["error"]
                #expect(error?["code"]?.asString == "readOnly", "\(ended.errors)")
            }
            try disk.setReadOnly(false)
            try await binary.succeed("append", "s-1", "--type", "t")
            #expect(try await Audit.read(binary).ids.count == 501)
        }

        @Test func `Where no store can be made, it is said and nothing is left`() async throws {
            let disk = try TinyDisk(megabytes: 1)
            let binary = Binary(store: disk.path + "/store")
            try disk.takeUp(kilobytes: 1020)
            let full = try await binary.run("append", "s-1", "--type", "t", "--json")
            #expect(full.status == .exited(1))
            #expect(try parsed(full.errors)["error"]?["code"]?.asString == "diskFull")
            try disk.setReadOnly(true)
            let locked = try await binary.run("append", "s-1", "--type", "t", "--json")
            #expect(locked.status == .exited(1))
            #expect(try parsed(locked.errors)["error"]?["code"]?.asString == "readOnly")
            try disk.setReadOnly(false)
            try disk.makeRoom()
            try? FileManager.default.removeItem(atPath: binary.store)
            let small = try await binary.run("append", "s-1", "--type", "t", "--json")
            #expect([.exited(0), .exited(1)].contains(small.status), "\(small.errors)")
        }
    }
}
