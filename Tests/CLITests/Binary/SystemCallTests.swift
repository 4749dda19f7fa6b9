import Daybook
import DaybookJSON
import DaybookPlatform
import Foundation
import Testing

/// Whether programs can be traced here: strace may be missing, or not be let.
enum Tracing {
    static let isPossible =
        (try? Subprocess.run("strace", ["-f", "-qq", "true"]))?.status
        == .exited(0)

    /// Words that run a command and do something at the nth of its calls of one kind.
    static func wrapper(_ call: String, _ fault: String, when: Int) -> [String] {
        [
            "strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=\(call)", "-e",
            "inject=\(call):\(fault):when=\(when)",
        ]
    }
}

extension BinaryTests {
    /// The command with one of its system calls answered by the end of the process or an error.
    @Suite(.enabled(if: Tracing.isPossible, "strace is not installed, or may not trace here"))
    struct `At a system call` {
        private let place: Workplace
        private let binary: Binary

        init() throws {
            place = try Workplace()
            binary = Binary(store: place.store)
        }

        private func append(_ id: String, number: Int) -> [String] {
            [
                "append", "s-1", "--type", "t", "--json", "--id", id, "--data",
                #"{"number":\#(number)}"#,
            ]
        }

        @Test(arguments: ["pwrite64", "fdatasync", "fsync", "rename", "fallocate", "mkdir"])
        func `A first append killed at any of them is made whole by the next`(
            call: String
        ) async throws {
            var kills = 0
            for number in 1... {
                try? FileManager.default.removeItem(atPath: place.store)
                var traced = binary
                traced.wrapper = Tracing.wrapper(call, "signal=KILL", when: number)
                let id = UUID().uuidString.lowercased()
                let ended = try await traced.run(append(id, number: 1))
                if ended.status == .exited(0) { break }
                #expect(ended.status == .signalled(SIGKILL), "\(call) \(number): \(ended.errors)")
                kills += 1
                let between = try await binary.run("read", "--all", "--json")
                #expect([.exited(0), .exited(5)].contains(between.status), "\(between.errors)")
                let seen = between.lines.count
                let retried = try await binary.run(append(id, number: 1))
                #expect(retried.status == .exited(0), "\(call) \(number): \(retried.errors)")
                let audit = try await Audit.read(binary)
                #expect(audit.ids == [id], "\(call) \(number)")
                #expect(seen <= 1)
                #expect(number < 60)
            }
            #expect(kills > 0)
        }

        @Test(arguments: [
            ("pwrite64", "EIO"), ("pwrite64", "ENOSPC"), ("fdatasync", "EIO"), ("fsync", "EIO"),
            ("fallocate", "ENOSPC"), ("fallocate", "EIO"), ("rename", "EIO"), ("rename", "ENOSPC"),
        ])
        func `An error at any of them is told or borne, and harms nothing`(
            call: String, error: String
        ) async throws {
            let words = ["EIO": "Input/output error", "ENOSPC": "No space left on device"]
            try await binary.succeed("append", "s-0", "--type", "t", "--data", #"{"number":0}"#)
            try place.copy("store", to: "before")
            for number in 1... {
                try place.copy("before", to: "store")
                var traced = binary
                traced.wrapper = Tracing.wrapper(call, "error=\(error)", when: number)
                let id = UUID().uuidString.lowercased()
                let ended = try await traced.run(append(id, number: 1))
                let note: Comment = "\(call) \(number) \(error): \(ended.output) \(ended.errors)"
                guard case .exited(let code) = ended.status else {
                    Issue.record(note)
                    return
                }
                if code != 0 {
                    let answer = try parsed(ended.errors)
                    let why = answer["error"]?["why"]?.asString
                    #expect(why?.contains(words[error]!) == true, note)
                    #expect(answer["error"]?["remedy"]?.asString?.isEmpty == false, note)
                }
                let between = try await Audit.read(binary)
                #expect(between.ids.count == 2 || code != 0, note)
                let retried = try await binary.run(append(id, number: 1))
                #expect(retried.status == .exited(0), "after \(call) \(number): \(retried.errors)")
                let audit = try await Audit.read(binary)
                #expect(audit.numbers == [0, 1], note)
                // Each thread counts for itself, and none does more.
                if number == 8 { break }
            }
        }

        @Test func `An import killed at any write or sync goes on without a gap`() async throws {
            let seed = UInt64.random(in: 1...1_000_000)
            print("import killed at calls chosen by seed \(seed)")
            let random = SeededRandomness(seed: seed)
            // More than the first two segments hold.
            let count = 8_000
            let file = try place.write("events.jsonl", eventLines(0..<count, padding: 400))
            let calls = ["pwrite64", "fdatasync", "fsync", "rename", "fallocate", "unlink"]
            for cycle in 0..<12 {
                var traced = binary
                traced.wrapper = Tracing.wrapper(
                    calls[cycle % calls.count], "signal=KILL", when: 1 + random.next(below: 12))
                let ended = try await traced.run("import", file)
                #expect([.exited(0), .signalled(SIGKILL)].contains(ended.status))
                let audit = try await Audit.read(binary, lacksStore: true)
                #expect(audit.numbers == Array(0..<audit.numbers.count), "cycle \(cycle)")
                if audit.numbers.count == count {
                    try FileManager.default.removeItem(atPath: place.store)
                }
            }
            try await binary.succeed("import", file)
            #expect(try await Audit.read(binary).numbers == Array(0..<count))
        }
    }
}
