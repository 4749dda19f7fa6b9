import DaybookPlatform
import Testing

@Suite struct LinuxDiskTests {
    @Test func `a relative root is taken from the current folder`() {
        #expect(LinuxDisk(root: "store").root == Host.currentDirectory() + "/store")
        #expect(LinuxDisk(root: "/store").root == "/store")
    }

    @Test func `the root is made with the folders above it`() throws {
        try withFolder { folder in
            let disk = LinuxDisk(root: folder + "/a/b")
            #expect(throws: Errno.ENOENT) { try disk.list("") }
            try disk.createRoot()
            try disk.createRoot()
            #expect(try disk.list("") == [])
        }
    }

    @Test func `a program that is started does not inherit descriptors`() throws {
        try withFolder { folder in
            let disk = LinuxDisk(root: folder)
            let file = try disk.open("a", .createNew)
            defer { disk.close(file) }
            let listed = try Subprocess.run("ls", ["-l", "/proc/self/fd"])
            #expect(!String(decoding: listed.output, as: UTF8.self).contains(folder))
        }
    }

    @Test func `without standard streams no file takes their place`() async {
        await #expect(processExitsWith: .success) {
            try withFolder { folder in
                let disk = LinuxDisk(root: folder)
                disk.close(FileID(rawValue: 0))
                let file = try disk.open("a", .createNew)
                precondition(file.rawValue > 2)
                try disk.put(file, [1], at: 0)
                let bytes = try disk.bytes(file)
                precondition(bytes == [1])
            }
        }
    }

    @Test(.enabled(if: (try? LinuxDisk(root: "/").isDirectory("dev/shm")) == true))
    func `a file system that reads no page without waiting is read all the same`() throws {
        // tmpfs refuses RWF_NOWAIT on many kernels.
        let disk = LinuxDisk(root: "/dev/shm")
        let name = "daybook-\(SystemRandomness().next())"
        let file = try disk.open(name, .createNew)
        defer {
            disk.close(file)
            try? disk.remove(name)
        }
        try disk.put(file, [1, 2, 3], at: 0)
        #expect(try disk.bytes(file, 0..<3, .cachedOnly) == [1, 2, 3])
        #expect(try disk.bytes(file, 0..<3, .cachedOnly) == [1, 2, 3])
    }

    @Test(.enabled(if: (try? LinuxDisk(root: "/").exists("dev/full")) == true))
    func `a full device says so`() throws {
        let disk = LinuxDisk(root: "/dev")
        let file = try disk.open("full", .readWrite)
        defer { disk.close(file) }
        let error = #expect(throws: Errno.ENOSPC) { try disk.put(file, [1], at: 0) }
        #expect(error?.isNoSpace == true)
    }

    @Test func `errors speak in words`() {
        #expect(Errno.ENOSPC.description == "No space left on device")
        #expect(Errno.EDQUOT.isNoSpace && !Errno.EIO.isNoSpace)
        #expect(Errno.EROFS.isReadOnly && !Errno.ENOSPC.isReadOnly)
    }
}
