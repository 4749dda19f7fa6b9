import Daybook
import DaybookBytes
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// A compressed segment of which a bit was turned, or whose records were written by somebody else.
@Suite(.tags(.format)) struct CompressedDamageTests {
    private static let stage = Result {
        let stage = try RetentionStage(seed: 3, events: 8)
        let journal = try stage.world(2).open()
        try journal.compactAll(compressing: true)
        journal.close()
        return stage
    }

    /// The path of the first compressed segment, and what it says of itself.
    private static func segment(
        _ disk: SimulatedDisk, _ scan: StoreScan
    ) throws -> (path: String, header: SegmentHeader, named: Manifest.Segment) {
        let named = try #require(scan.manifest?.segments.first { $0.isCompressed })
        let path = JournalPaths(name: "main").segment(
            serial: named.serial, generation: named.generation)
        let bytes = try disk.bytes(path)
        let header = try SegmentHeader(decoding: bytes.rawSpan)
        return (path, header, named)
    }

    @Test func `Every bit of a compressed segment and its dictionary is checked`() throws {
        let stage = try Self.stage.get()
        let scan = try StoreScan(stage.disk)
        let (path, header, _) = try Self.segment(stage.disk, scan)
        let size = try stage.disk.bytes(path).count
        let dictionary = try #require(header.dictionary)
        #expect(dictionary.byteCount > 0 && dictionary.offset + dictionary.byteCount == size)
        let offsets = Array(0..<104) + Array(SegmentHeader.byteCount..<size)
        for offset in offsets {
            let bits = Thoroughness.isFull ? Array(0..<8) : [(offset * 3 + offset / 8) % 8]
            for bit in bits {
                let image = stage.disk.copy()
                try image.flipBit(path, offset, bit)
                try Self.check(image, scan, "byte \(offset), bit \(bit)")
            }
        }
    }

    /// What can be read is what was written, and the rest is refused in words that name the place.
    private static func check(
        _ image: SimulatedDisk, _ scan: StoreScan, _ what: String
    ) throws {
        let world = try stage.get().world(9, on: image)
        let report = try? Verifier.verify(world.environment(), progress: { _, _ in })
        try require(report?.findings.isEmpty != true, "\(what): verify finds nothing")
        let reader: Journal
        do throws(StoreError) { reader = try world.openReadOnly() } catch {
            try require(
                [.corrupt, .newerFormat].contains(error.code), "\(what): refused with \(error)")
            return
        }
        for event in scan.events {
            if event.position > reader.view.watermark.position { continue }
            let found: EventBatch
            do throws(ReadFailure) {
                found = try reader.view.batch(at: [event.position], .mayBlock)
            } catch {
                guard case .failed(let failure) = error, failure.code == .corrupt else {
                    throw Discrepancy("\(what): \(error)")
                }
                continue
            }
            try require(found.events == [event], "\(what): \(event.position) is another event")
        }
        reader.close()
    }

    @Test func `Of a damaged dictionary it is said that it is that`() throws {
        let stage = try Self.stage.get()
        let scan = try StoreScan(stage.disk)
        let (path, header, named) = try Self.segment(stage.disk, scan)
        let image = stage.disk.copy()
        try image.flipBit(path, try #require(header.dictionary).offset + 5, 1)
        let report = try Verifier.verify(
            stage.world(9, on: image).environment(), progress: { _, _ in })
        #expect(
            report.findings.contains {
                $0.what.contains("checksum of the dictionary") && $0.place.contains(path)
            }, "segment \(named.serial): \(report.findings)")
    }

    @Test func `No file is cut short unnoticed`() throws {
        let stage = try Self.stage.get()
        let scan = try StoreScan(stage.disk)
        let (path, _, _) = try Self.segment(stage.disk, scan)
        let bytes = try stage.disk.bytes(path)
        for length in stride(from: bytes.count - 1, to: 0, by: -97) {
            let image = stage.disk.copy()
            try image.replace(path, with: Array(bytes.prefix(length)))
            try Self.check(image, scan, "cut to \(length)")
        }
    }

    /// Records with right checksums that are not what a compaction writes.
    @Test func `A record that says what it is not is refused, and nothing is allocated for it`()
        throws
    {
        let stage = try Self.stage.get()
        let scan = try StoreScan(stage.disk)
        let (path, header, named) = try Self.segment(stage.disk, scan)
        let file = try OpenFile(stage.disk, path, .read)
        var scanner = FrameScanner(
            file, randomID: header.randomID, to: named.sealed!.end, records: .asStored)
        var place: (offset: Int, position: Position, record: [UInt8])?
        while place == nil, let frame = try scanner.next() {
            let (range, starts) = frame.records
            for (event, start) in starts.enumerated() where place == nil {
                let at = range.lowerBound + start
                let length = Int(frame.block.bytes.u32(at: at))
                let record = frame.block.bytes.extracting(at..<at + length)
                if !EventRecord.isCompressed(record) { continue }
                place = (
                    frame.stored.base + at,
                    frame.frame.header.firstPosition + Position(event), record.copied()
                )
            }
        }
        let (offset, position, record) = try #require(place)
        let plain = try #require(EventRecord.compressed(record.rawSpan)?.plainBytes)
        #expect(plain > record.count)
        let chance = SeededRandomness(seed: 12)
        for number in 0..<400 {
            var bytes = record
            switch number {
            case 0: bytes.replaceSubrange(50..<52, with: [0xFF, 0x7F])
            case 1: bytes.replaceSubrange(50..<55, with: [0xFF, 0xFF, 0xFF, 0xFF, 0x0F])
            case 2: bytes[40] &+= 1
            case 3: bytes[44] &+= 1
            case 4: bytes[49] = 77
            default:
                let at = 40 + chance.next(below: bytes.count - 40)
                let before = bytes[at]
                bytes[at] = UInt8(truncatingIfNeeded: chance.next())
                if bytes[at] == before || at == EventRecord.flagsAt { continue }
            }
            let checksum = EventRecord.checksum(
                of: bytes.rawSpan, segment: header.randomID, position: position)
            for byte in 0..<4 {
                bytes[4 + byte] = UInt8(truncatingIfNeeded: checksum >> (8 * byte))
            }
            let image = stage.disk.copy()
            try image.edit(path) { $0.replaceSubrange(offset..<offset + bytes.count, with: bytes) }
            // Opening passes over it: the index is there.
            let reader = try stage.world(9, on: image).openReadOnly()
            guard position <= reader.view.watermark.position else { continue }
            do throws(ReadFailure) {
                let found = try reader.view.batch(at: [position], .mayBlock)
                // What is another event, and well-formed, was forged with the checksum.
                #expect(found.count == 1 && found.block.count <= 2 * plain + 64)
            } catch {
                guard case .failed(let failure) = error else {
                    Issue.record("\(number): \(error)")
                    continue
                }
                #expect(failure.code == .corrupt && failure.position == position, "\(number)")
            }
        }
    }
}
