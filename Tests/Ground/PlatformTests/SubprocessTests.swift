import DaybookBytes
import DaybookPlatform
import Testing

@Suite(.timeLimit(.minutes(15))) struct SubprocessTests {
    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test func `what goes in comes out`() throws {
        let result = try Subprocess.run("cat", input: Array("text".utf8))
        #expect(result.status == .exited(0) && result.status.isSuccess)
        #expect(text(result.output) == "text")
        #expect(try Subprocess.run("cat").output == [])
    }

    @Test func `question and answer take turns`() throws {
        let process = try Subprocess.start("cat", input: .pipe)
        for line in ["one\n", "two\n", "three\n"] {
            try process.write(line)
            #expect(text(try process.read()) == line)
        }
        process.closeInput()
        #expect(try process.read() == [])
        #expect(try process.finish() == .exited(0))
        #expect(try process.finish() == .exited(0))
        #expect(throws: Errno.EBADF) { try process.read() }
        #expect(throws: Errno.EBADF) { try process.write("more") }
    }

    @Test func `much goes both ways, given up front`() throws {
        let bytes = [UInt8](repeating: 0xAB, count: 8 << 20)
        let result = try Subprocess.run("cat", input: bytes)
        #expect(result.output == bytes)
    }

    @Test func `much goes both ways, written by another thread`() throws {
        let bytes = [UInt8](repeating: 0xCD, count: 8 << 20)
        let process = try Subprocess.start("cat", input: .pipe)
        let writer = try Thread(name: "writer") {
            try? process.write(bytes.rawSpan)
            process.closeInput()
        }
        var found: [UInt8] = []
        while case let more = try process.read(), !more.isEmpty { found += more }
        writer.join()
        #expect(found == bytes)
        #expect(try process.finish().isSuccess)
    }

    @Test func `a missing program or folder is told at once`() {
        #expect(throws: Errno.ENOENT) { try Subprocess.start("daybook-no-such-program") }
        #expect(throws: Errno.ENOENT) { try Subprocess.start("true", directory: "/no/such/folder") }
        #expect(throws: Errno.EINVAL) { try Subprocess.start("true", ["a\0b"]) }
    }

    @Test func `the status says how it ended`() throws {
        #expect(try Subprocess.run("sh", ["-c", "exit 3"]).status == .exited(3))
        #expect(try Subprocess.run("sh", ["-c", "kill -9 $$"]).status == .signalled(9))
        let process = try Subprocess.start("sleep", ["1000"])
        process.terminate()
        #expect(try process.finish() == .signalled(15))
    }

    @Test func `arguments, folder and environment arrive as they are`() throws {
        let script = "printf '%s|' \"$@\" \"$PWD\" \"$DAYBOOK_TEST\" \"$HOME\""
        let result = try Subprocess.run(
            "sh", ["-c", script, "sh", "a b", "", "$c"], environment: ["DAYBOOK_TEST": "value"],
            directory: "/")
        #expect(text(result.output) == "a b||$c|/|value|\(Host.environment("HOME") ?? "")|")
    }

    @Test func `complaints are kept apart, and not without end`() throws {
        let result = try Subprocess.run("sh", ["-c", "echo out; echo err >&2; exit 1"])
        #expect(text(result.output) == "out\n" && result.complaints == "err\n")
        let loud = try Subprocess.run("sh", ["-c", "head -c 3000000 /dev/zero >&2"])
        #expect(loud.status.isSuccess)
        #expect(loud.complaints.utf8.count == Subprocess.complaintBytesMax)
        let silent = try Subprocess.start("sh", ["-c", "echo err >&2"], complaints: .discard)
        #expect(try silent.finish().isSuccess)
        #expect(silent.complaints() == "")
    }

    @Test func `a program need not read what it is given`() throws {
        let result = try Subprocess.run(
            "head", ["-c", "3"], input: [UInt8](repeating: 65, count: 4 << 20))
        #expect(text(result.output) == "AAA")
    }

    @Test func `writing to a program that is gone is an error, not the end of this one`() throws {
        let process = try Subprocess.start("true", input: .pipe)
        #expect(try process.read() == [])
        #expect(throws: Errno.EPIPE) {
            // What the pipe holds may be taken before the program is seen to be gone.
            while true { try process.write(String(repeating: "x", count: 100_000)) }
        }
        #expect(try process.finish().isSuccess)
    }

    @Test func `a program that nobody waits for is killed`() throws {
        var process: Subprocess? = try Subprocess.start("sleep", ["1000"])
        let path = "\(process!.processID)"
        let processes = LinuxDisk(root: "/proc")
        #expect(try processes.exists(path))
        process = nil
        #expect(try !processes.exists(path))
    }
}
