import Daybook
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// A small store with one bit turned, or with one file cut short.
@Suite(.tags(.crash, .format)) struct BitFlipTests {
    /// The bits to turn in a file: all where something stands, some where nothing does.
    private static func bits(_ store: SmallStore, _ path: String) throws -> [(
        offset: Int, bit: Int
    )] {
        let used = try store.usedBytes(path)
        let size = try store.disk.bytes(path).count
        let isSegment = path.contains("/segments/")
        return (0..<size).flatMap { offset -> [(offset: Int, bit: Int)] in
            let isEmpty =
                offset >= used || isSegment && (88..<SegmentHeader.byteCount).contains(offset)
            if isEmpty { return offset % 397 == 0 ? [(offset, offset % 8)] : [] }
            if Thoroughness.isFull { return (0..<8).map { (offset, $0) } }
            return [(offset, (offset * 3 + offset / 8) % 8)]
        }
    }

    @Test(arguments: SmallStore.Ending.allCases)
    func `No turned bit is served, passed over in silence, or fatal`(_ ending: SmallStore.Ending)
        throws
    {
        let store = try SmallStore(ending)
        #expect(try store.check(store.disk.copy(), "unharmed") == nil)
        var (refused, opened) = (0, 0)
        for path in store.files {
            for (offset, bit) in try Self.bits(store, path) {
                let damaged = store.disk.copy()
                try damaged.flipBit(path, offset, bit)
                let what = "\(path), byte \(offset), bit \(bit)"
                if try store.check(damaged, what) == nil { opened += 1 } else { refused += 1 }
            }
        }
        #expect(refused > 500)
        #expect(opened > 20)
    }

    @Test(arguments: ["LOCK", "journals/main/LOCK", "journals/main/watermark"])
    func `Hints may hold anything`(path: String) throws {
        let store = try SmallStore(.unclosed)
        let size = try store.disk.bytes(path).count
        #expect(size > 0)
        for offset in 0..<size {
            let damaged = store.disk.copy()
            try damaged.flipBit(path, offset, offset % 8)
            #expect(try store.check(damaged, "\(path), byte \(offset)") == nil)
        }
    }

    @Test(arguments: SmallStore.Ending.allCases)
    func `No file can be cut short unnoticed`(_ ending: SmallStore.Ending) throws {
        let store = try SmallStore(ending)
        var refused = 0
        for path in store.files {
            let bytes = try store.disk.bytes(path)
            let used = try store.usedBytes(path)
            let lengths = stride(from: 0, to: bytes.count, by: 8).filter {
                let isDense =
                    Thoroughness.isFull || ($0 < used && ($0 > SegmentHeader.byteCount || $0 < 96))
                return isDense || $0 % 496 == 0
            }
            for length in lengths {
                let damaged = store.disk.copy()
                try damaged.replace(path, with: Array(bytes.prefix(length)))
                if try store.check(damaged, "\(path) cut to \(length)") != nil { refused += 1 }
            }
        }
        #expect(refused > 50)
    }

    @Test
    func
        `Behind the last mark of a store that was not closed a torn append is cut, and said to be`()
        throws
    {
        let store = try SmallStore(.unclosed)
        let path = try #require(store.files.last { $0.contains("/segments/") })
        let end = try store.usedBytes(path)
        let damaged = store.disk.copy()
        try damaged.flipBit(path, end - 4, 0)
        // It would say that the append was durable, and that it is lost.
        try damaged.lose(JournalPaths(name: "main").watermark)
        let journal = try World(damaged, seed: 3, options: .small).open()
        #expect(try journal.readAll() == store.scan.events.dropLast())
        #expect(journal.notes.contains { $0.contains("cut off") })
        #expect(try damaged.bytes(path).prefix(end).count == end, "the bytes stay")
    }
}
