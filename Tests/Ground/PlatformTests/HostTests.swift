import DaybookPlatform
import Testing

@Suite(.timeLimit(.minutes(15))) struct HostTests {
    @Test func `the process knows where it is`() {
        #expect(Host.environment("PATH")?.isEmpty == false)
        #expect(Host.environment("DAYBOOK_NO_SUCH_VARIABLE") == nil)
        #expect(Host.environment()["PATH"] == Host.environment("PATH"))
        #expect(Host.currentDirectory().hasPrefix("/"))
        #expect(Host.processID > 0)
        #expect(!Host.hostname().isEmpty)
        #expect(Host.coreCount() >= 1)
        #expect(!Host.isTerminal(-1))
        if let width = Host.terminalWidth() { #expect(width > 0) }
    }

    @Test func `a private folder is empty and new, and for this user only`() throws {
        let path = try Host.makePrivateFolder(in: Host.scratchFolder)
        let other = try Host.makePrivateFolder(in: Host.scratchFolder)
        #expect(path != other)
        let disk = LinuxDisk(root: path)
        #expect(try disk.list("") == [])
        let rights = try Subprocess.run("stat", ["-c", "%a", path])
        #expect(String(decoding: rights.output, as: UTF8.self) == "700\n")
        try disk.remove("")
        try LinuxDisk(root: other).remove("")
        #expect(throws: Errno.ENOENT) { try Host.makePrivateFolder(in: path) }
    }

    @Test func `the process knows what it uses`() throws {
        let resident = try #require(Host.residentBytes())
        #expect(resident > 1 << 20)
        #expect(try #require(Host.virtualBytes()) >= resident)
        let anonymous = try #require(Host.anonymousBytes())
        #expect(anonymous > 0 && anonymous < resident + 64 << 20)
        #expect(try #require(Host.threadCount()) >= 1)
        let files = try #require(Host.openFileCount())
        #expect(files >= 1)
        let allowed = Host.openFilesMax()
        Host.raiseOpenFilesMax()
        #expect(Host.openFilesMax() >= max(allowed, files))
        Host.returnFreedMemory()
        let before = Host.cpuNanoseconds()
        #expect((0..<100_000).reduce(0, ^) >= 0)
        #expect(Host.cpuNanoseconds() > before)
    }

    @Test func `the most that was held is told, and forgotten`() async {
        // In a process of its own, where nobody else holds memory.
        await #expect(processExitsWith: .success) {
            Host.returnLargeBlocksAtOnce()
            let bytes = 256 << 20
            let held = try #require(Host.residentBytes())
            var large = [UInt8](repeating: 1, count: bytes)
            large[bytes / 2] = 2
            #expect(large.last == 1)
            #expect(try #require(Host.residentBytesMax()) > held + bytes / 2)
            large = []
            // A large block goes back to the system when it is freed.
            #expect(try #require(Host.residentBytes()) < held + bytes / 2)
            Host.forgetResidentBytesMax()
            #expect(try #require(Host.residentBytesMax()) < held + bytes / 2)
        }
    }

    @Test func `a signal reaches its handler instead of ending the process`() async {
        await #expect(processExitsWith: .exitCode(7)) {
            let seen = Monitor<[Host.Signal]>([])
            try Host.onSignal { signal in
                seen.withLock { $0.append(signal) }
                seen.broadcast()
            }
            Host.raise(.interrupt)
            seen.wait(until: { $0 == [.interrupt] }, then: { _ in })
            Host.raise(.terminate)
            seen.wait(until: { $0 == [.interrupt, .terminate] }, then: { _ in })
            try Host.onSignal([.hangUp]) { signal in
                seen.withLock { $0.append(signal) }
                seen.broadcast()
            }
            Host.raise(.hangUp)
            seen.wait(until: { $0.last == .hangUp }, then: { _ in })
            Host.raise(.interrupt)
            seen.wait(until: { $0.count == 4 }, then: { _ in })
            Host.exit(7)
        }
    }

    @Test func `a file is read in chunks to its end`() throws {
        try withFolder { folder in
            let disk = LinuxDisk(root: folder)
            try disk.put("a", String(repeating: "x", count: 100_000))
            let reader = try ChunkReader(path: folder + "/a")
            var count = 0
            while case let bytes = try reader.read(upTo: 4_096), !bytes.isEmpty {
                #expect(bytes.count <= 4_096)
                count += bytes.count
            }
            #expect(count == 100_000)
            #expect(throws: Errno.ENOENT) { try ChunkReader(path: folder + "/none") }
        }
    }

    @Test func `a pipe is ready when something has come, and at its end`() throws {
        try withFolder { folder in
            #expect(try Subprocess.run("mkfifo", [folder + "/p"]).status.isSuccess)
            let disk = LinuxDisk(root: folder)
            // Open for writing, too, so that neither opening nor reading finds an end.
            let held = try disk.open("p", .readWrite)
            let reader = try ChunkReader(path: folder + "/p")
            #expect(!reader.isReady(withinMilliseconds: 1))
            #expect(
                try Subprocess.run("sh", ["-c", "printf x >'\(folder)/p'"]).status.isSuccess)
            #expect(reader.isReady(withinMilliseconds: 60_000))
            #expect(try reader.read() == [UInt8(ascii: "x")])
            #expect(!reader.isReady(withinMilliseconds: 1))
            disk.close(held)
            #expect(reader.isReady(withinMilliseconds: 60_000))
            #expect(try reader.read().isEmpty)
            // Whoever clears up would wait at it.
            try disk.remove("p")
        }
    }

    @Test func `what is written comes out whole`() async {
        let result = await #expect(
            processExitsWith: .success,
            observing: [\.standardOutputContent, \.standardErrorContent]
        ) {
            try Host.write(String(repeating: "out", count: 100_000))
            try Host.write("err", to: .error)
        }
        let output = String(decoding: result?.standardOutputContent ?? [], as: UTF8.self)
        let errors = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(output.contains(String(repeating: "out", count: 100_000)))
        #expect(errors.contains("err"))
    }
}
