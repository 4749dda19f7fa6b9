import DaybookPlatform
import Testing

/// What every disk does with names and locks.
@Suite struct DiskNamesContract {
    @Test(arguments: DiskKind.allCases)
    func `a renamed file keeps its bytes`(kind: DiskKind) throws {
        try kind.withDisk { disk in
            try disk.put("a", "one")
            try disk.rename("a", to: "b")
            #expect(try disk.text("b") == "one")
            #expect(try disk.list("") == ["b"])
            try disk.rename("b", to: "b")
            #expect(try disk.text("b") == "one")
            try disk.createDirectories("x/y")
            try disk.rename("b", to: "x/y/c")
            #expect(try disk.text("x/y/c") == "one")
            try disk.rename("x", to: "z")
            #expect(try disk.text("z/y/c") == "one")
        }
    }

    @Test(arguments: DiskKind.allCases)
    func `a replaced or removed file is read on by those who have it open`(kind: DiskKind) throws {
        try kind.withDisk { disk in
            try disk.put("a", "old")
            try disk.put("b", "new")
            let old = try disk.open("a", .read)
            try disk.rename("b", to: "a")
            #expect(try disk.text("a") == "new")
            #expect(try disk.bytes(old) == Array("old".utf8))
            let new = try disk.open("a", .readWrite)
            try disk.remove("a")
            #expect(throws: Errno.ENOENT) { try disk.open("a", .read) }
            try disk.put(new, Array("er".utf8), at: 3)
            #expect(try disk.bytes(new) == Array("newer".utf8))
            #expect(try disk.bytes(old) == Array("old".utf8))
            try disk.put("a", "newest")
            #expect(try disk.bytes(new) == Array("newer".utf8))
            disk.close(old)
            disk.close(new)
        }
    }

    @Test(arguments: DiskKind.allCases)
    func `a renaming that would lose something else is refused`(kind: DiskKind) throws {
        try kind.withDisk { disk in
            try disk.put("a", "")
            try disk.createDirectories("empty")
            try disk.createDirectories("full/inner")
            #expect(throws: Errno.ENOENT) { try disk.rename("none", to: "b") }
            #expect(throws: Errno.ENOENT) { try disk.rename("a", to: "none/b") }
            #expect(throws: Errno.EISDIR) { try disk.rename("a", to: "empty") }
            #expect(throws: Errno.ENOTDIR) { try disk.rename("empty", to: "a") }
            #expect(throws: Errno.ENOTEMPTY) { try disk.rename("empty", to: "full") }
            #expect(throws: Errno.EINVAL) { try disk.rename("full", to: "full/inner/f") }
            try disk.rename("full", to: "empty")
            #expect(try disk.list("") == ["a", "empty"])
            #expect(try disk.list("empty") == ["inner"])
        }
    }

    @Test(arguments: DiskKind.allCases)
    func `a folder lists its names in order`(kind: DiskKind) throws {
        try kind.withDisk { disk in
            #expect(try disk.list("") == [])
            for name in ["c", "a", "b"] { try disk.put(name, "") }
            try disk.createDirectory("folder")
            try disk.put("folder/inner", "")
            #expect(try disk.list("") == ["a", "b", "c", "folder"])
            #expect(try disk.list("folder") == ["inner"])
            #expect(throws: Errno.ENOENT) { try disk.list("none") }
            #expect(throws: Errno.ENOTDIR) { try disk.list("a") }
            #expect(throws: Errno.ENOENT) { try disk.syncDirectory("none") }
            #expect(throws: Errno.ENOTDIR) { try disk.syncDirectory("a") }
        }
    }

    @Test(arguments: DiskKind.allCases)
    func `folders are made one level at a time, or all with one call`(kind: DiskKind) throws {
        try kind.withDisk { disk in
            #expect(throws: Errno.ENOENT) { try disk.createDirectory("a/b") }
            try disk.createDirectory("a")
            #expect(throws: Errno.EEXIST) { try disk.createDirectory("a") }
            try disk.put("file", "")
            #expect(throws: Errno.EEXIST) { try disk.createDirectory("file") }
            #expect(throws: Errno.ENOTDIR) { try disk.createDirectory("file/b") }
            try disk.createDirectories("a/b/c")
            try disk.createDirectories("a/b/c")
            #expect(try disk.list("a/b") == ["c"])
            #expect(throws: Errno.ENOTDIR) { try disk.createDirectories("file") }
            #expect(throws: Errno.ENOTDIR) { try disk.createDirectories("file/b") }
        }
    }

    @Test(arguments: DiskKind.allCases)
    func `a folder is not opened as a file`(kind: DiskKind) throws {
        try kind.withDisk { disk in
            try disk.createDirectory("a")
            for mode in [OpenMode.read, .readWrite, .createOrOpen] {
                #expect(throws: Errno.EISDIR) { try disk.open("a", mode) }
                #expect(throws: Errno.EISDIR) { try disk.open("", mode) }
            }
            #expect(throws: Errno.EEXIST) { try disk.open("a", .createNew) }
            #expect(throws: Errno.ENOTDIR) {
                try disk.put("file", "")
                _ = try disk.open("file/a", .createOrOpen)
            }
        }
    }

    @Test(arguments: DiskKind.allCases)
    func `only empty folders are removed`(kind: DiskKind) throws {
        try kind.withDisk { disk in
            try disk.createDirectories("a/b")
            #expect(throws: Errno.ENOTEMPTY) { try disk.remove("a") }
            try disk.remove("a/b")
            try disk.remove("a")
            #expect(throws: Errno.ENOENT) { try disk.remove("a") }
            #expect(try disk.list("") == [])
        }
    }

    @Test(arguments: DiskKind.allCases)
    func `names that cannot be are refused`(kind: DiskKind) throws {
        try kind.withDisk { disk in
            let long = String(repeating: "n", count: 256)
            disk.close(try disk.open(String(long.dropLast()), .createNew))
            #expect(throws: Errno.ENAMETOOLONG) { try disk.open(long, .createNew) }
            #expect(throws: Errno.EINVAL) { try disk.open("a\0b", .createNew) }
            #expect(throws: Errno.EINVAL) { try disk.createDirectory("a\0b") }
        }
    }

    @Test(arguments: DiskKind.allCases)
    func `what exists is known`(kind: DiskKind) throws {
        try kind.withDisk { disk in
            try disk.createDirectory("folder")
            try disk.put("file", "")
            #expect(try disk.exists("folder"))
            #expect(try disk.exists("file"))
            #expect(try !disk.exists("none"))
            #expect(try !disk.exists("file/none"))
            #expect(try disk.isDirectory("folder"))
            #expect(try disk.isDirectory(""))
            #expect(try !disk.isDirectory("file"))
            #expect(try !disk.isDirectory("none"))
        }
    }

    @Test(arguments: DiskKind.allCases)
    func `whether a path leads to an open file is known`(kind: DiskKind) throws {
        try kind.withDisk { disk in
            let first = try disk.open("name", .createNew)
            let reader = try disk.open("name", .read)
            #expect(try disk.isNamed(first, "name"))
            #expect(try disk.isNamed(reader, "name"))
            #expect(try !disk.isNamed(first, "none"))
            #expect(try !disk.isNamed(first, "name/none"))
            try disk.remove("name")
            #expect(try !disk.isNamed(first, "name"))
            let second = try disk.open("name", .createNew)
            #expect(try !disk.isNamed(first, "name"), "another file of that name")
            #expect(try disk.isNamed(second, "name"))
            try disk.rename("name", to: "new")
            #expect(try disk.isNamed(second, "new"))
            #expect(try !disk.isNamed(second, "name"))
            for file in [first, reader, second] { disk.close(file) }
        }
    }

    @Test(arguments: DiskKind.allCases)
    func `one open file holds the lock until it is closed`(kind: DiskKind) throws {
        try kind.withDisk { disk in
            let first = try disk.open("lock", .createNew)
            let second = try disk.open("lock", .readWrite)
            let reader = try disk.open("lock", .read)
            #expect(try !disk.isLocked(second))
            #expect(try disk.lock(first))
            #expect(try disk.lock(first), "who has it, has it")
            #expect(try !disk.lock(second))
            #expect(try disk.isLocked(second))
            #expect(try disk.isLocked(reader))
            #expect(try !disk.isLocked(first), "not by another")
            // Closing another descriptor drops a POSIX record lock; it must not drop this one.
            disk.close(reader)
            #expect(try !disk.lock(second))
            disk.close(first)
            #expect(try !disk.isLocked(second))
            #expect(try disk.lock(second))
            disk.close(second)
        }
    }
}
