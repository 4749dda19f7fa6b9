import Daybook
import DaybookJSON
import DaybookPlatform
import Foundation
import Synchronization
import Testing

extension BinaryTests {
    /// Writers killed by SIGKILL at any moment, with a reader beside that must never be lied to.
    @Suite struct `Killed` {
        private let place: Workplace
        private let binary: Binary
        private let seed = UInt64.random(in: 1...1_000_000)
        private let random: SeededRandomness

        init() throws {
            place = try Workplace()
            binary = Binary(store: place.store)
            random = SeededRandomness(seed: seed)
            print("killed at moments chosen by seed \(seed)")
        }

        @Test func `An importer goes on until exactly the lines of its file are recorded`()
            async throws
        {
            let count = 24_000
            let file = try place.write("events.jsonl", eventLines(1..<count + 1))
            try await binary.succeed("import", "-", input: eventLines(0..<1))
            let witness = try Witness(of: binary)
            var cycles = 0
            while cycles < 60 {
                cycles += 1
                let importer = try binary.start("import", file, "--json")
                // Half of them while they open and read; half while they append.
                if random.chance(1, in: 2) {
                    try await Task.sleep(for: .milliseconds(random.next(below: 300)))
                } else {
                    let goal = witness.count + random.next(below: 4_000)
                    try await witness.waits(for: min(goal, count), from: importer)
                }
                importer.killNow()
                let status = try await importer.ended()
                let seen = witness.seen
                let audit = try await Audit.read(binary)
                audit.check(seen)
                #expect(audit.numbers == Array(0..<audit.numbers.count), "cycle \(cycles)")
                if status == .exited(0) || audit.numbers.count > count { break }
            }
            print("killed \(cycles) importers")
            try await binary.succeed("import", file)
            let again = try await binary.succeed("import", file)
            #expect(again.output.contains("nothing new"))
            let audit = try await Audit.read(binary)
            #expect(audit.numbers == Array(0...count))
            #expect(witness.isAlive)
            try await witness.end(at: audit.head)
            #expect(witness.count == audit.ids.count)
            audit.check(witness.seen)
        }

        @Test func `A loop of appends loses nothing acknowledged and repeats nothing`()
            async throws
        {
            try await binary.succeed(
                "append", "loop-0", "--type", "begun", "--data", #"{"number":0}"#)
            let witness = try Witness(of: binary)
            var acknowledged: [Position: String] = [:]
            var killed = 0
            for number in 1...24 {
                let id = UUID().uuidString.lowercased()
                let words = [
                    "append", "loop-\(number % 3)", "--type", "counted", "--id", id, "--json",
                    "--data", #"{"number":\#(number)}"#,
                ]
                let appender = try Subprocess.start(
                    Binary.path, words, environment: ["DAYBOOK_STORE": place.store],
                    complaints: .capture)
                try await Task.sleep(for: .microseconds(random.next(below: 60_000)))
                appender.killNow()
                var (status, output) = try await appender.drained()
                if status != .exited(0) {
                    #expect(status == .signalled(SIGKILL))
                    killed += 1
                    // It is not known whether it was recorded: the same id says.
                    let retried = try await binary.run(words)
                    (status, output) = (retried.status, retried.output)
                    #expect(status == .exited(0), "\(retried.errors)")
                }
                let answer = try parsed(output)
                acknowledged[Position(try #require(answer["position"]?.asInt64))] = id
                #expect(answer["id"]?.asString == id)
                if number % 12 == 0 {
                    let seen = witness.seen
                    try await Audit.read(binary).check(seen)
                }
            }
            print("killed \(killed) appends of 24")
            let audit = try await Audit.read(binary)
            #expect(audit.numbers == Array(0...24))
            for (position, id) in acknowledged { #expect(audit.ids[Int(position) - 1] == id) }
            try await witness.end(at: audit.head)
        }

        @Test func `A load through a pipe is taken up where it was cut off`() async throws {
            let count = 12_000
            let text = eventLines(1..<count + 1)
            try await binary.succeed("import", "-", input: eventLines(0..<1))
            let witness = try Witness(of: binary)
            for _ in 0..<4 {
                let importer = try binary.start(
                    "import", "-", "--source", "orders", input: .bytes(Array(text.utf8)))
                let goal = witness.count + random.next(below: 3_000)
                try await witness.waits(for: min(goal, count), from: importer)
                importer.killNow()
                let status = try await importer.ended()
                let ends: [Subprocess.Status] = [.exited(0), .signalled(SIGKILL)]
                #expect(ends.contains(status), "\(importer.complaints())")
                let seen = witness.seen
                let audit = try await Audit.read(binary)
                audit.check(seen)
                #expect(audit.numbers == Array(0..<audit.numbers.count))
            }
            try await binary.succeed("import", "-", "--source", "orders", input: text)
            let audit = try await Audit.read(binary)
            #expect(audit.numbers == Array(0...count))
            try await witness.end(at: audit.head)
        }

        @Test func `Stopped by Ctrl-C, an import says so and goes on later`() async throws {
            let (before, count) = (2_500, 4_000)
            // Its input stays open, so it cannot be done before it is stopped.
            let importer = try binary.start("import", "-", "--source", "orders", input: .pipe)
            try await Binary.blocking { try importer.write(eventLines(0..<before)) }
            #expect(try await eventually { try await head() == before })
            importer.interrupt()
            let (status, output) = try await importer.drained()
            #expect(status == .exited(130))
            #expect(
                output.contains("stopped behind line \(before); the same command"), "\(output)")
            #expect(try await Audit.read(binary).numbers == Array(0..<before))
            let rest = try parsed(
                try await binary.succeed(
                    "import", "-", "--source", "orders", "--json", input: eventLines(0..<count)
                ).output)
            #expect(rest["linesBefore"]?.asInt64.map(Int.init) == before)
            #expect(rest["events"]?.asInt64.map(Int.init) == count - before)
            #expect(try await Audit.read(binary).numbers == Array(0..<count))
        }

        /// The position of the last event, nil where there is no store yet.
        private func head() async throws -> Int? {
            let ended = try await binary.run("head", "--json")
            guard ended.status == .exited(0) else { return nil }
            return try parsed(ended.output)["position"]?.asInt64.map(Int.init)
        }

        @Test func `A follower told twice at once to end does so in good order`() async throws {
            try await binary.succeed("import", "-", input: eventLines(0..<10))
            let follower = try binary.start("tail", "--all", "--from", "1", "--json")
            var output: [UInt8] = []
            // What it has printed, it follows: a signal finds it listening.
            while output.count(where: { $0 == UInt8(ascii: "\n") }) < 10 {
                let more = try await Binary.blocking { try follower.read() }
                try #require(!more.isEmpty, "\(follower.complaints())")
                output += more
            }
            follower.interrupt()
            follower.interrupt()
            #expect(try await follower.drained().status == .exited(0))
        }

        @Test(arguments: [SIGINT, SIGTERM])
        func `A benchmark that is stopped takes its folder away`(signal: Int32) async throws {
            let folder = place.path + "/bench"
            let bench = try binary.start("bench", "--folder", folder)
            let isBegun = try await eventually {
                FileManager.default.fileExists(atPath: folder + "/raw")
            }
            #expect(isBegun, "\(bench.complaints())")
            kill(bench.processID, signal)
            #expect(try await bench.drained().status == .exited(130))
            #expect(!FileManager.default.fileExists(atPath: folder))
        }
    }
}
