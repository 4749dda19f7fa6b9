import Daybook
import DaybookBytes
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// Bytes in places where nothing should stand: what an earlier life of the blocks left, or rot.
@Suite(.tags(.crash, .format)) struct StaleBytesTests {
    /// The last segment, which is open, and where its frames end.
    private static func tail(_ store: SmallStore) -> (path: String, end: Int, randomID: UInt64) {
        let segment = store.scan.manifest!.segments.last!
        let path = JournalPaths(name: "main").segment(serial: segment.serial, generation: 0)
        return (path, store.scan.ends[path]!, segment.randomID)
    }

    @Test(arguments: SmallStore.Ending.allCases)
    func `Frames of another segment behind the end are never taken for frames`(
        _ ending: SmallStore.Ending
    ) throws {
        let store = try SmallStore(ending)
        let (path, end, _) = Self.tail(store)
        let first = store.files.first { $0.contains("/segments/") }!
        let stale = try store.disk.bytes(first)[SegmentHeader.byteCount...].prefix(1200)
        let damaged = store.disk.copy()
        try damaged.edit(path) { $0.replaceSubrange(end..<end + stale.count, with: stale) }
        #expect(try store.check(damaged, "stale frames behind the end") == nil)
    }

    @Test(arguments: SmallStore.Ending.allCases, [1, 2, 9] as [UInt64])
    func `A frame with the segment's own id that does not follow is never taken`(
        _ ending: SmallStore.Ending, ahead: UInt64
    ) throws {
        let store = try SmallStore(ending)
        let (path, end, randomID) = Self.tail(store)
        let last = try #require(store.scan.frames.last)
        let frame = CraftedFrame(
            number: last.number + 1 + ahead,
            firstPosition: Position(store.scan.events.count) + ahead,
            durableUpTo: store.scan.frames[4].number
        ).bytes(randomID)
        let damaged = store.disk.copy()
        try damaged.edit(path) { $0.replaceSubrange(end..<end + frame.count, with: frame) }
        #expect(try store.check(damaged, "a frame out of order") == nil)
    }

    @Test func `A later frame that says a missing one was durable makes it damage`() throws {
        let store = try SmallStore(.unclosed)
        let (path, end, randomID) = Self.tail(store)
        let last = try #require(store.scan.frames.last)
        let frame = CraftedFrame(
            number: last.number + 2, firstPosition: Position(store.scan.events.count) + 1,
            durableUpTo: last.number + 1
        ).bytes(randomID)
        let damaged = store.disk.copy()
        try damaged.edit(path) {
            $0.replaceSubrange(end + 96..<end + 96 + frame.count, with: frame)
        }
        #expect(try store.check(damaged, "a hole")?.code == .corrupt)
    }

    @Test func `What recovery cut off is not taken up again when the manifest is lost`() throws {
        // Two appends are written by one write that a power cut tears: the second stays, the first does not.
        let disk = SimulatedDisk()
        let journal = try World(disk, options: .small).open()
        try journal.append("kept", to: "account-1")
        journal.stepIdle()
        let before = try disk.bytes("journals/main/segments/0000000001.0")
        try journal.append("lost", to: "account-1")
        let between = try disk.bytes("journals/main/segments/0000000001.0")
        try journal.append("stale", to: "account-1")
        let torn = disk.copy()
        try torn.edit("journals/main/segments/0000000001.0") { bytes in
            for at in bytes.indices where before[at] != between[at] { bytes[at] = before[at] }
        }
        // The mark in the last frame says that the one before was durable: that is damage, unless it goes too.
        #expect(throws: StoreError.self) { try World(torn.copy(), options: .small).open() }
        let end = (between.lastIndex { $0 != 0 }! + 8) / 8 * 8
        try torn.edit("journals/main/segments/0000000001.0") { bytes in
            for at in bytes.indices[end...] { bytes[at] = 0 }
        }
        let recovered = try World(torn, seed: 2, options: .small).open()
        try recovered.append("new", to: "account-1")
        try recovered.append("newer", to: "account-1")
        let image = torn.afterProcessKill()
        for path in image.files() where path.contains("manifest-") { try image.lose(path) }
        let again = try World(image, seed: 3, options: .small).open()
        #expect(try again.readAll().map(\.text) == ["kept", "new", "newer"])
    }

    @Test(arguments: SmallStore.Ending.allCases)
    func `Garbage in unused space costs nothing`(_ ending: SmallStore.Ending) throws {
        let store = try SmallStore(ending)
        let chance = SeededRandomness(seed: 61)
        for path in store.files where path.contains("/segments/") {
            let used = store.scan.ends[path]!
            for length in [1, 3, 8, 44, 700] {
                let damaged = store.disk.copy()
                let start = used + chance.next(below: 64)
                try damaged.edit(path) { bytes in
                    for at in start..<start + length {
                        bytes[at] = UInt8(truncatingIfNeeded: chance.next()) | 1
                    }
                }
                #expect(
                    try store.check(damaged, "garbage in \(path) at \(start), \(length) bytes")
                        == nil)
            }
        }
    }
}
