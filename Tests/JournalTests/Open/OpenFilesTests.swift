import Daybook
import DaybookBytes
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// A journal of many segments with few files open.
@Suite struct OpenFilesTests {
    /// Appends until there are so many segments.
    private static func fill(_ disk: any Disk, segments: Int) throws {
        let journal = try World(disk).open()
        var number = 0
        while journal.view.allSegments.count < segments {
            try journal.append(
                String(repeating: "x", count: 900), to: "account-\(number % 7)")
            number += 1
            if number.isMultiple(of: 20) { while journal.stepIndex() {} }
        }
        while journal.stepPreparing() {}
        while journal.stepIndex() {}
        journal.close()
    }

    private static func isSegment(_ path: String) -> Bool {
        path.contains("/segments/") && !path.hasSuffix(".ids")
    }

    @Test(arguments: [true, false])
    func `Opening opens as many segments of a long history as of a short one`(
        isWriting: Bool
    ) throws {
        let base = SimulatedDisk()
        var opened: [[String]] = []
        for segments in [20, 80] {
            try Self.fill(base, segments: segments)
            let disk = LimitedDisk(base)
            let world = World(disk, seed: 2)
            let journal = try isWriting ? world.open() : world.openReadOnly()
            #expect(journal.view.allSegments.count >= segments)
            opened.append(disk.openedPaths.filter(Self.isSegment))
            let head = journal.view.watermark.position
            #expect(Position(try journal.readAll().count) == head)
            journal.close()
        }
        #expect(opened[0].count <= 12, "\(opened[0])")
        #expect(opened[1].count <= opened[0].count, "\(opened)")
    }

    @Test func `All of it is read with a few files, while it is written and compacted`() throws {
        let base = SimulatedDisk()
        try Self.fill(base, segments: 60)
        let disk = LimitedDisk(base)
        let journal = try World(disk, seed: 2).open()
        let chance = SeededRandomness(seed: 3)
        let files = { disk.openMost }
        try journal.set(StreamMetadata(truncateBefore: 1000), of: "account-3")
        #expect(try journal.compactAll().segmentsWritten > 20)
        let head = journal.view.watermark.position
        for _ in 0..<500 {
            let position = 1 + Position(chance.next(below: Int(head)))
            #expect(try journal.view.batch(at: [position], .mayBlock).lastPosition == position)
        }
        #expect(journal.view.files.count <= journal.options.openFilesMax)
        // The runs of the index, the lock, the watermark, and what is prepared are open as well.
        #expect(files() < 40)
        for number in 0..<200 { try journal.append("\(number)", to: "account-1") }
        #expect(journal.view.files.count <= journal.options.openFilesMax)
    }

    /// What is wrong with a file of offsets: its checksums, or only what it says.
    enum Wrong: CaseIterable { case checksum, descends, repeats }

    @Test(arguments: Wrong.allCases)
    func `Offsets that are damaged are found again when they are asked for`(wrong: Wrong) throws {
        let disk = SimulatedDisk()
        try Self.fill(disk, segments: 12)
        let events = try StoreScan(disk).events
        for path in disk.files() where path.hasSuffix(".offsets") {
            switch wrong {
            case .checksum: try disk.flipBit(path, 20, 1)
            case .descends: try Self.rewrite(path, disk) { $0.swapAt(3, 9) }
            case .repeats: try Self.rewrite(path, disk) { $0[4] = $0[5] }
            }
        }
        let damaged = try Self.offsets(disk)
        let reader = try World(disk, seed: 2).openReadOnly()
        #expect(try reader.readAll() == events)
        #expect(try Self.offsets(disk) == damaged, "a reader writes nothing")
        let journal = try World(disk, seed: 2).open()
        #expect(try journal.readAll() == events)
        while journal.stepPreparing() {}
        journal.close()
        #expect(try Self.offsets(disk).filter { damaged[$0] == $1 }.isEmpty)
        #expect(try World(disk, seed: 3).open().readAll() == events)
    }

    /// Writes a file of offsets that says something else, with right checksums.
    private static func rewrite(
        _ path: String, _ disk: SimulatedDisk, _ body: (inout [UInt32]) -> Void
    ) throws {
        let before = try disk.bytes(path)
        let randomID = before.rawSpan.u64(at: 16)
        let first = before.rawSpan.u64(at: 24)
        let file = try OpenFile(disk, path, .read)
        let known = try #require(OffsetFile(file, randomID: randomID, first: first))
        var offsets = try known.read(0..<known.count, .mayBlock)
        body(&offsets)
        let wrong = OffsetFile.encoded(offsets, randomID: randomID, first: first).bytes.copied()
        try disk.replace(path, with: wrong)
    }

    private static func offsets(_ disk: SimulatedDisk) throws -> [String: [UInt8]] {
        var found: [String: [UInt8]] = [:]
        for path in disk.files() where path.hasSuffix(".offsets") {
            found[path] = try disk.bytes(path)
        }
        return found
    }
}
