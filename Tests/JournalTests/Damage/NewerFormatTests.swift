import Daybook
import DaybookBytes
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// A store that a later version of Daybook wrote.
@Suite(.tags(.format)) struct NewerFormatTests {
    private static func expectRefusal(_ disk: SimulatedDisk, _ what: String) throws {
        let before = try disk.contents()
        for isReading in [true, false] {
            let error = #expect(throws: StoreError.self, "\(what)") {
                let world = World(disk, options: .small)
                _ = isReading ? try world.openReadOnly() : try world.open()
            }
            #expect(error?.code == .newerFormat, "\(what)")
            #expect(error?.place?.isEmpty == false, "\(what)")
        }
        #expect(try disk.contents() == before, "\(what): something was changed")
    }

    /// Changes bytes of a file and makes the checksum at 8 right again.
    private static func seal(_ bytes: inout [UInt8], _ body: (inout [UInt8]) -> Void) {
        body(&bytes)
        let checksum = bytes.withUnsafeBytes {
            CRC32C.checksum(of: $0.bytes.extracting(12..<bytes.count))
        }
        for place in 0..<4 {
            bytes[8 + place] = UInt8(truncatingIfNeeded: checksum >> UInt32(8 * place))
        }
    }

    @Test(arguments: SmallStore.Ending.allCases)
    func `A manifest of a later version is not passed over for an older one`(
        _ ending: SmallStore.Ending
    ) throws {
        let store = try SmallStore(ending)
        let path = "journals/main/manifest-\(store.scan.manifest!.generation)"
        try store.disk.edit(path) { bytes in
            Self.seal(&bytes) { $0[12] = UInt8(Manifest.version) + 1 }
        }
        try Self.expectRefusal(store.disk, "manifest")
    }

    @Test func `A manifest that names records written in a way unknown is not opened`() throws {
        let store = try SmallStore(.closed)
        let path = "journals/main/manifest-\(store.scan.manifest!.generation)"
        try store.disk.edit(path) { bytes in Self.seal(&bytes) { $0[64 + 88] = 2 } }
        try Self.expectRefusal(store.disk, "manifest")
    }

    @Test(arguments: [12, 16, 20])
    func `A segment of a later version, or with features unknown, is not opened`(offset: Int) throws
    {
        let store = try SmallStore(.unclosed)
        for path in store.files where path.contains("/segments/") {
            let damaged = store.disk.copy()
            try damaged.edit(path) { bytes in
                var header = Array(bytes.prefix(SegmentHeader.byteCount))
                Self.seal(&header) { $0[offset] = 2 }
                bytes.replaceSubrange(0..<header.count, with: header)
            }
            try Self.expectRefusal(damaged, "\(path), byte \(offset)")
        }
    }

    @Test func `A segment of an earlier version is not opened, and told as such`() throws {
        let store = try SmallStore(.unclosed)
        for path in store.files where path.contains("/segments/") {
            let old = store.disk.copy()
            try old.edit(path) { bytes in
                var header = Array(bytes.prefix(SegmentHeader.byteCount))
                Self.seal(&header) { $0[12] = 0 }
                bytes.replaceSubrange(0..<header.count, with: header)
            }
            let before = try old.contents()
            let error = #expect(throws: StoreError.self) { try World(old, options: .small).open() }
            #expect(error?.code == .olderFormat && error?.place == path)
            #expect(error?.remedy.contains("Export it") == true)
            #expect(try old.contents() == before, "something was changed")
        }
    }

    /// A frame that this version cannot know, first in its segment or not.
    @Test(arguments: [true, false], [true, false])
    func `A frame with an unknown field or flag is not opened, wherever it stands`(
        isFirst: Bool, isFlag: Bool
    ) throws {
        let disk = SimulatedDisk()
        let journal = try World(disk, options: .small).open()
        if !isFirst { try journal.append("known", to: "account-1") }
        let path = "journals/main/segments/0000000001.0"
        let scan = try StoreScan(disk)
        let segment = try #require(scan.manifest?.segments.last)
        let end = try #require(scan.ends[path])
        let number: UInt64 = isFirst ? 1 : 2
        let frame = CraftedFrame(
            number: number, firstPosition: number, durableUpTo: number - 1,
            flags: isFlag ? FrameHeader.Flags(rawValue: 16) : [], fields: isFlag ? [] : [3, 1, 0],
            events: [("account-1", Event(type: "noted"))], revisions: [number - 1]
        ).bytes(segment.randomID)
        let image = disk.copy()
        try image.edit(path) { $0.replaceSubrange(end..<end + frame.count, with: frame) }
        let reading = image.copy()
        let error = #expect(throws: StoreError.self) { try World(image, options: .small).open() }
        #expect(error?.code == .newerFormat)
        #expect(try image.contents() == reading.contents(), "something was changed")
        #expect(throws: StoreError.self) { try World(reading, options: .small).openReadOnly() }
    }

    @Test func `A field that may be passed over is`() throws {
        let disk = SimulatedDisk()
        let journal = try World(disk, options: .small).open()
        try journal.append("known", to: "account-1")
        let path = "journals/main/segments/0000000001.0"
        let scan = try StoreScan(disk)
        let segment = try #require(scan.manifest?.segments.last)
        let end = try #require(scan.ends[path])
        let frame = CraftedFrame(
            number: 2, firstPosition: 2, durableUpTo: 1, fields: [64, 2, 0, 0],
            events: [("account-1", Event(type: "noted", data: "later"))], revisions: [1]
        ).bytes(segment.randomID)
        let image = disk.copy()
        try image.edit(path) { $0.replaceSubrange(end..<end + frame.count, with: frame) }
        let again = try World(image, seed: 2, options: .small).open()
        #expect(try again.readAll().map(\.text) == ["known", "later"])
    }
}
