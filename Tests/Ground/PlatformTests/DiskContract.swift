import DaybookPlatform
import Testing

/// What every disk does with the content of files.
@Suite struct DiskContract {
    @Test(arguments: DiskKind.allCases)
    func `a new file is empty, and is not created twice`(kind: DiskKind) throws {
        try kind.withDisk { disk in
            let file = try disk.open("a", .createNew)
            #expect(try disk.size(file) == 0)
            #expect(try disk.bytes(file, 0..<10) == [])
            #expect(throws: Errno.EEXIST) { try disk.open("a", .createNew) }
            disk.close(file)
        }
    }

    @Test(arguments: DiskKind.allCases)
    func `a missing file is opened only by who may create it`(kind: DiskKind) throws {
        try kind.withDisk { disk in
            #expect(throws: Errno.ENOENT) { try disk.open("a", .read) }
            #expect(throws: Errno.ENOENT) { try disk.open("a", .readWrite) }
            #expect(throws: Errno.ENOENT) { try disk.open("folder/a", .createOrOpen) }
            disk.close(try disk.open("a", .createOrOpen))
            disk.close(try disk.open("a", .createOrOpen))
            disk.close(try disk.open("a", .readWrite))
        }
    }

    @Test(arguments: DiskKind.allCases)
    func `bytes are read where they were written, and zeros between`(kind: DiskKind) throws {
        try kind.withDisk { disk in
            let file = try disk.open("a", .createNew)
            defer { disk.close(file) }
            try disk.put(file, [1, 2, 3], at: 2)
            try disk.put(file, [9], at: 10_000)
            #expect(try disk.size(file) == 10_001)
            #expect(try disk.bytes(file, 0..<7) == [0, 0, 1, 2, 3, 0, 0])
            #expect(try disk.bytes(file, 9_998..<20_000) == [0, 0, 9])
            #expect(try disk.bytes(file, 10_001..<10_002) == [])
            #expect(try disk.bytes(file, 99_999..<100_000) == [])
        }
    }

    @Test(arguments: DiskKind.allCases)
    func `what was just written is cached`(kind: DiskKind) throws {
        try kind.withDisk { disk in
            let file = try disk.open("a", .createNew)
            defer { disk.close(file) }
            try disk.put(file, [1, 2, 3], at: 0)
            #expect(try disk.bytes(file, 0..<3, .cachedOnly) == [1, 2, 3])
        }
    }

    @Test(arguments: DiskKind.allCases)
    func `writing nothing changes nothing`(kind: DiskKind) throws {
        try kind.withDisk { disk in
            let file = try disk.open("a", .createNew)
            defer { disk.close(file) }
            try disk.put(file, [], at: 100)
            #expect(try disk.size(file) == 0)
        }
    }

    @Test(arguments: DiskKind.allCases)
    func `a file opened for reading is not changed`(kind: DiskKind) throws {
        try kind.withDisk { disk in
            try disk.put("a", "text")
            let file = try disk.open("a", .read)
            defer { disk.close(file) }
            #expect(throws: Errno.EBADF) { try disk.put(file, [1], at: 0) }
            #expect(throws: Errno.EBADF) { try disk.allocate(file, upTo: 100) }
            #expect(throws: Errno.EBADF) { try disk.giveBack(file, 0..<100) }
            #expect(throws: Errno.EINVAL) { try disk.truncate(file, to: 0) }
            #expect(throws: Errno.EBADF) { try disk.lock(file) }
            #expect(try disk.text("a") == "text")
        }
    }

    @Test(arguments: DiskKind.allCases)
    func `a cut file grows again with zeros`(kind: DiskKind) throws {
        try kind.withDisk { disk in
            let file = try disk.open("a", .createNew)
            defer { disk.close(file) }
            try disk.put(file, [UInt8](repeating: 7, count: 9_000), at: 0)
            try disk.truncate(file, to: 3)
            #expect(try disk.bytes(file) == [7, 7, 7])
            try disk.truncate(file, to: 9_000)
            #expect(try disk.bytes(file) == [7, 7, 7] + [UInt8](repeating: 0, count: 8_997))
        }
    }

    @Test(arguments: DiskKind.allCases)
    func `allocating adds zeros and never cuts`(kind: DiskKind) throws {
        try kind.withDisk { disk in
            let file = try disk.open("a", .createNew)
            defer { disk.close(file) }
            try disk.put(file, [1, 2, 3], at: 0)
            try disk.allocate(file, upTo: 0)
            try disk.allocate(file, upTo: 2)
            #expect(try disk.bytes(file) == [1, 2, 3])
            try disk.allocate(file, upTo: 5_000)
            #expect(try disk.bytes(file) == [1, 2, 3] + [UInt8](repeating: 0, count: 4_997))
        }
    }

    @Test(arguments: [DiskKind.linux, .simulated])
    func `blocks are given back, and come again where something is written`(kind: DiskKind) throws {
        try kind.withDisk { disk in
            let file = try disk.open("a", .createNew)
            defer { disk.close(file) }
            try disk.put(file, [UInt8](repeating: 7, count: 64 << 10), at: 0)
            try disk.sync(file)
            let before = try disk.allocatedSize(file)
            try disk.giveBack(file, 100..<64 << 10)
            #expect(try disk.allocatedSize(file) <= before - (56 << 10))
            #expect(try disk.size(file) == 64 << 10)
            #expect(try disk.bytes(file, 99..<102) == [7, 0, 0])
            try disk.put(file, [9], at: 40_000)
            try disk.sync(file)
            #expect(try disk.allocatedSize(file) > before - (60 << 10))
            #expect(try disk.bytes(file, 39_999..<40_002) == [0, 9, 0])
            #expect(throws: Errno.EINVAL) { try disk.giveBack(file, -1..<1) }
        }
    }

    @Test(arguments: DiskKind.allCases)
    func `all who have a file open see the same bytes`(kind: DiskKind) throws {
        try kind.withDisk { disk in
            let first = try disk.open("a", .createNew)
            let second = try disk.open("a", .readWrite)
            let reader = try disk.open("a", .read)
            try disk.put(first, [1, 1], at: 0)
            try disk.put(second, [2], at: 1)
            #expect(try disk.bytes(reader) == [1, 2])
            disk.close(first)
            #expect(try disk.bytes(second) == [1, 2])
            disk.close(second)
            disk.close(reader)
        }
    }

    @Test(arguments: DiskKind.allCases)
    func `offsets below zero are refused`(kind: DiskKind) throws {
        try kind.withDisk { disk in
            let file = try disk.open("a", .createNew)
            defer { disk.close(file) }
            #expect(throws: Errno.EINVAL) { try disk.put(file, [1], at: -1) }
            #expect(throws: Errno.EINVAL) { try disk.bytes(file, -1..<1) }
            #expect(throws: Errno.EINVAL) { try disk.truncate(file, to: -1) }
        }
    }

    @Test(arguments: DiskKind.allCases)
    func `syncs and hints are taken`(kind: DiskKind) throws {
        try kind.withDisk { disk in
            let file = try disk.open("a", .createNew)
            defer { disk.close(file) }
            try disk.put(file, [1], at: 0)
            disk.startWriteback(file, 0..<1)
            try disk.sync(file)
            try disk.syncDirectory("")
            #expect(try disk.bytes(file) == [1])
        }
    }

    @Test(arguments: DiskKind.allCases, 0..<4 as Range<UInt64>)
    func `a file is a row of bytes, whatever is done to it`(kind: DiskKind, seed: UInt64) throws {
        try kind.withDisk { disk in
            let chance = SeededRandomness(seed: seed)
            let file = try disk.open("a", .createNew)
            defer { disk.close(file) }
            var model: [UInt8] = []
            for step in 0..<300 {
                let at = chance.next(below: 20_000)
                switch chance.next(below: 9) {
                case 0:
                    try disk.truncate(file, to: at)
                    model =
                        Array(model.prefix(at))
                        + [UInt8](repeating: 0, count: max(0, at - model.count))
                case 1:
                    try disk.allocate(file, upTo: at)
                    model += [UInt8](repeating: 0, count: max(0, at - model.count))
                case 2: try disk.sync(file)
                case 3:
                    let range = at..<at + chance.next(below: 10_000)
                    try disk.giveBack(file, range)
                    for byte in range.clamped(to: 0..<model.count) { model[byte] = 0 }
                default:
                    // Now and then zeros, which a disk in memory treats apart.
                    let byte = UInt8(chance.next(below: 3))
                    let bytes = [UInt8](repeating: byte, count: 1 + chance.next(below: 10_000))
                    try disk.put(file, bytes, at: at)
                    model += [UInt8](repeating: 0, count: max(0, at + bytes.count - model.count))
                    model.replaceSubrange(at..<at + bytes.count, with: bytes)
                }
                let isSame = try disk.bytes(file) == model
                try #require(isSame, "seed \(seed), step \(step)")
            }
        }
    }
}
