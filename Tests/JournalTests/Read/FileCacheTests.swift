import Daybook
import DaybookBytes
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// Files that are closed while nobody reads them.
@Suite struct FileCacheTests {
    private let disk = LimitedDisk(SimulatedDisk())

    /// Files that hold their own numbers.
    private func files(_ count: Int, in cache: FileCache) throws -> [OpenFile] {
        try (0..<count).map { number in
            let file = try OpenFile(disk, "\(number)", .createNew)
            try file.writeAll([UInt8(number)].rawSpan, at: 0)
            return OpenFile("\(number)", in: cache)
        }
    }

    private func read(_ file: OpenFile, _ mode: ReadMode = .mayBlock) throws -> UInt8 {
        let byte = try file.read(1, at: 0, mode)
        return byte.bytes.u8(at: 0)
    }

    @Test func `Only so many are open, and all can be read`() throws {
        let cache = FileCache(disk, countMax: 4)
        let files = try files(20, in: cache)
        #expect(disk.openCount == 0, "none is opened before it is read")
        for _ in 0..<2 {
            for (number, file) in files.enumerated() {
                #expect(try read(file) == UInt8(number))
                #expect(disk.openCount <= 4 && disk.openCount == cache.count)
            }
        }
    }

    @Test func `Those that were not read for longest are closed`() throws {
        let cache = FileCache(disk, countMax: 4)
        let files = try files(8, in: cache)
        for number in 0..<4 { _ = try read(files[number]) }
        for number in 4..<7 {
            _ = try read(files[0])
            _ = try read(files[number])
        }
        let before = disk.opened
        _ = try read(files[0])
        #expect(disk.opened == before, "it was read again and again")
        _ = try read(files[1])
        #expect(disk.opened == before + 1)
    }

    @Test func `What is not open is not opened where nothing may block`() throws {
        let file = try files(1, in: FileCache(disk, countMax: 4))[0]
        #expect(throws: Errno.EAGAIN) { try read(file, .cachedOnly) }
        #expect(try read(file) == 0)
        #expect(try read(file, .cachedOnly) == 0)
    }

    @Test func `What is being read stays open until it was read`() throws {
        let cache = FileCache(disk, countMax: 1)
        let files = try files(3, in: cache)
        // While the first is read, the others take its place.
        disk.duringRead { try? files[1...].forEach { _ = try read($0) } }
        #expect(try read(files[0]) == 0)
        #expect(disk.openCount == 1)
    }

    @Test func `Where the process may open no more, others make room`() throws {
        let cache = FileCache(disk, countMax: 100)
        let files = try files(20, in: cache)
        disk.openMax = 6
        for (number, file) in files.enumerated() { #expect(try read(file) == UInt8(number)) }
        disk.openMax = 0
        #expect(throws: Errno.EMFILE) { try read(files[0]) }
        #expect(disk.openCount == 0)
    }

    @Test func `A file that was written lapses like the others, and nobody's is closed`() throws {
        let cache = FileCache(disk, countMax: 2)
        var written: OpenFile? = try OpenFile(disk, "written", .createNew)
        try written?.writeAll([42].rawSpan, at: 0)
        written?.lapse(into: cache)
        let files = try files(4, in: cache)
        for file in files { _ = try read(file) }
        #expect(try written.map { try read($0) } == 42)
        written = nil
        #expect(disk.openCount == cache.count && cache.count < 2)
    }

    @Test func `That too many files are open is told with what to do`() {
        let own = StoreError.inputOutput("A segment cannot be read", "a", .EMFILE)
        #expect(own.code == .inputOutput && own.remedy.contains("ulimit -n"))
        #expect(own.systemError == Errno.EMFILE.code)
        let all = StoreError.inputOutput("A segment cannot be read", "a", .ENFILE)
        #expect(all.remedy.contains("fs.file-max"))
    }
}
