import Daybook
import DaybookBytes
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// One frame, written and read.
@Suite(.tags(.format)) struct FrameTests {
    private static let randomID: UInt64 = 0x1234_5678_9ABC_DEF0

    private static func frame(events: Int, fields: [UInt8] = []) -> [UInt8] {
        CraftedFrame(
            number: 12, firstPosition: 30, durableUpTo: 9, flags: events == 0 ? [.mark] : [],
            fields: fields,
            events: (0..<events).map {
                (
                    "account-\($0)",
                    Event(id: EventID(high: 1, low: UInt64($0)), type: "noted", data: "{\($0)}")
                )
            }
        ).bytes(randomID)
    }

    /// What a scanner makes of a file that holds these bytes behind a header.
    private static func scan(
        _ bytes: [UInt8], randomID: UInt64 = randomID
    ) throws -> Result<StoreScan.Frame?, FrameScanner.Stop> {
        let disk = MemoryDisk()
        let file = try OpenFile(disk, "f", .createNew)
        try file.writeAll(bytes.rawSpan, at: SegmentHeader.byteCount)
        var scanner = FrameScanner(
            file, randomID: randomID, to: SegmentHeader.byteCount + bytes.count)
        do throws(FrameScanner.Stop) {
            return .success(try scanner.next().map(StoreScan.Frame.init))
        } catch {
            return .failure(error)
        }
    }

    private static func isRefused(_ bytes: [UInt8], randomID: UInt64 = randomID) throws -> Bool {
        if case .failure = try scan(bytes, randomID: randomID) { true } else { false }
    }

    @Test func `A frame with a number or a position that no journal comes to is none`() throws {
        let event = ("account-1", Event(type: "noted", data: "x"))
        var frame = CraftedFrame(number: 12, firstPosition: .max, durableUpTo: 9, events: [event])
        #expect(try Self.isRefused(frame.bytes(Self.randomID)))
        (frame.number, frame.firstPosition, frame.durableUpTo) = (.max, 30, .max - 3)
        #expect(try Self.isRefused(frame.bytes(Self.randomID)))
        (frame.number, frame.durableUpTo) = (1 << 46, 1 << 46)
        #expect(try !Self.isRefused(frame.bytes(Self.randomID)))
    }

    @Test(arguments: 0...5)
    func `A frame is read as it was written`(events: Int) throws {
        let fields: [UInt8] = events == 2 ? [64, 3, 1, 2, 3] : []
        let bytes = Self.frame(events: events, fields: fields)
        #expect(bytes.count.isMultiple(of: FrameHeader.alignment))
        let frame = try #require(try Self.scan(bytes).get())
        #expect(frame.number == 12)
        #expect(frame.firstPosition == 30)
        #expect(frame.durableUpTo == 9)
        #expect(frame.flags == (events == 0 ? [.mark] : []))
        #expect(frame.events.map(\.position) == (0..<events).map { 30 + Position($0) })
        #expect(frame.events.map(\.text) == (0..<events).map { "{\($0)}" })
        #expect(frame.events.map(\.stream) == (0..<events).map { "account-\($0)" })
    }

    @Test func `A frame has every field where it is drawn`() throws {
        let fields: [UInt8] = [64, 3, 1, 2, 3]
        let bytes = Self.frame(events: 2, fields: fields)
        let span = bytes.rawSpan
        #expect(Array(bytes[0..<4]) == Array("DYBF".utf8))
        #expect(Int(span.u32(at: 8)) == bytes.count)
        #expect(Array(bytes[12..<16]) == [2, 0, 0, 0])
        #expect(Array(bytes[16..<22]) == [12, 0, 0, 0, 0, 0])
        #expect(Array(bytes[22..<28]) == [30, 0, 0, 0, 0, 0])
        #expect(Array(bytes[28..<32]) == [3, 0, 0, 0])
        #expect(Array(bytes[32..<41]) == [5, 0, 0, 0] + fields)
        var checked = Array(bytes[8..<41])
        for place in (0..<8).reversed() {
            checked.insert(UInt8(truncatingIfNeeded: Self.randomID >> UInt64(8 * place)), at: 0)
        }
        #expect(CRC32C.checksum(of: checked.rawSpan) == span.u32(at: 4))
        // 48 bytes, the names and the data of each; then zeros.
        let event = 48 + "account-0".utf8.count + "noted".utf8.count + "{0}".utf8.count
        #expect(Int(span.u32(at: 41)) == event && Int(span.u32(at: 41 + event)) == event)
        #expect(bytes.count == (41 + 2 * event + 7) / 8 * 8)
        #expect(bytes[(41 + 2 * event)...].allSatisfy { $0 == 0 })
    }

    @Test func `Large numbers come back`() throws {
        let frame = CraftedFrame(
            number: 1 << 46 + 7, firstPosition: 1 << 45 + 9, durableUpTo: 1 << 46,
            events: [("account-1", Event(type: "noted", data: "x"))])
        let read = try #require(try Self.scan(frame.bytes(Self.randomID)).get())
        #expect(read.number == frame.number && read.durableUpTo == frame.durableUpTo)
        #expect(read.events.map(\.position) == [frame.firstPosition])
    }

    @Test func `A frame without anything has the size that is kept free for it`() {
        #expect(Self.frame(events: 0).count == FrameHeader.emptyFrameBytes)
        #expect(
            FrameHeader.byteCount(fields: 0, eventBytes: 0)
                == FrameHeader.emptyFrameBytes)
    }

    @Test(arguments: [0, 1, 3])
    func `A frame that ends early is none, wherever it ends`(events: Int) throws {
        let bytes = Self.frame(events: events)
        for length in 1..<bytes.count {
            #expect(try Self.isRefused(Array(bytes.prefix(length))), "\(length) bytes")
        }
    }

    @Test(arguments: [0, 1, 3])
    func `A frame with any bit turned is none`(events: Int) throws {
        let bytes = Self.frame(events: events, fields: [64, 1, 5])
        for bit in 0..<bytes.count * 8 {
            var damaged = bytes
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(try Self.isRefused(damaged), "bit \(bit)")
        }
    }

    @Test func `A frame is bound to its segment`() throws {
        #expect(try Self.isRefused(Self.frame(events: 2), randomID: Self.randomID + 1))
        #expect(try Self.isRefused(Self.frame(events: 0), randomID: Self.randomID + 1))
    }

    @Test func `An event is bound to its position`() throws {
        let record = Array(Self.frame(events: 1).suffix(80))
        let checksum = { (position: Position) in
            EventRecord.checksum(of: record.rawSpan, segment: Self.randomID, position: position)
        }
        #expect(checksum(30) != checksum(31))
    }

    @Test func `Zeros are no frame, and nothing is none either`() throws {
        #expect(try Self.isRefused([UInt8](repeating: 0, count: 256)))
        #expect(try Self.scan([]).get() == nil)
    }

    @Test func `Lengths that lie are refused before they are believed`() throws {
        for (offset, value) in [(8, 0xFFFF_FFF8), (12, 0xFF_FFFF), (32, 0xFFFF_FFFF)]
            as [(Int, UInt32)]
        {
            var damaged = Self.frame(events: 2)
            for place in 0..<4 {
                damaged[offset + place] = UInt8(truncatingIfNeeded: value >> UInt32(8 * place))
            }
            #expect(try Self.isRefused(damaged), "\(value) at \(offset)")
        }
    }
}
