import Daybook
import DaybookBytes
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// Sectors that the device cannot read any more: `verify` goes on behind them, and `repair` keeps what lies before.
@Suite(.tags(.format)) struct LostSectorTests {
    /// Several full segments of appends of some events each, and one that is written to.
    private static let stage = Result {
        let disk = SimulatedDisk()
        let journal = try World(disk, options: .small).open()
        for number in 0..<90 {
            let events = (0..<(number % 5 + 1)).map { event in
                Event(
                    id: EventID(high: UInt64(number), low: UInt64(event)), type: "noted",
                    data: [UInt8](repeating: UInt8(number), count: 100 + number % 7 * 300))
            }
            try journal.append(Append(events, to: "account-\(number % 5)"))
            while journal.stepPreparing() || journal.stepIndex() {}
        }
        journal.stepIdle()
        journal.close()
        return disk.copy()
    }

    private static func verify(
        _ disk: SimulatedDisk, process: UInt32 = 1
    ) throws -> Verifier.Report {
        try Verifier.verify(
            World(disk, seed: 3, options: .small).environment(process: process)
        ) { _, _ in }
    }

    /// Of a segment, the positions that are lost with some bytes of its file.
    private static func lost(
        _ disk: SimulatedDisk, _ path: String, _ sector: Range<Int>, _ named: Manifest.Segment
    ) throws -> (positions: Set<Position>, events: Int, isEndHidden: Bool) {
        let file = try OpenFile(disk, path, .read)
        let end = try named.sealed?.end ?? file.size()
        var scanner = FrameScanner(file, randomID: named.randomID, to: end)
        var positions: Set<Position> = []
        var events = 0
        var isEndHidden = false
        while let frame = try? scanner.next() {
            isEndHidden = false
            if !frame.range.overlaps(sector) { continue }
            let header = frame.frame.header
            events += header.eventCount
            let (range, starts) = frame.records
            let head = frame.range.lowerBound..<frame.stored.base + range.lowerBound
            isEndHidden = head.overlaps(sector)
            for (number, start) in starts.enumerated() {
                let at = frame.stored.base + range.lowerBound + start
                let length = Int(frame.block.bytes.u32(at: range.lowerBound + start))
                if head.overlaps(sector) || (at..<at + length).overlaps(sector) {
                    positions.insert(header.firstPosition + Position(number))
                }
            }
        }
        return (positions, events, isEndHidden)
    }

    private static func segments(_ disk: SimulatedDisk) throws -> [String: Manifest.Segment] {
        let manifest = try #require(StoreScan(disk).manifest)
        let paths = JournalPaths(name: "main")
        return Dictionary(
            uniqueKeysWithValues: manifest.segments.map {
                (paths.segment(serial: $0.serial, generation: $0.generation), $0)
            })
    }

    private static func positions(_ report: Verifier.Report) -> Set<Position> {
        Set(
            report.findings.flatMap { finding -> [Position] in
                guard !finding.isHarmless, let first = finding.position else { return [] }
                return Array(first...(finding.lastPosition ?? first))
            })
    }

    @Test(arguments: [Errno.EIO, Errno(code: 61)])
    func `Wherever a sector is lost, exactly the events in it are told`(_ error: Errno) throws {
        let disk = try Self.stage.get().copy()
        let segments = try Self.segments(disk)
        let whole = try Self.verify(disk)
        #expect(whole.findings == [] && segments.values.count { $0.sealed != nil } > 3)
        let sector = LostSectors.byteCount
        var tried = 0
        for (path, named) in segments {
            let used = try StoreScan(disk).ends[path] ?? named.sealed?.end ?? 0
            for start in stride(from: sector, to: used, by: error == .EIO ? sector : 5 * sector) {
                let range = start..<start + sector
                let (positions, events, isEndHidden) = try Self.lost(
                    disk, path, range, named)
                disk.plan = .lose(start + 17..<start + 18, of: path, with: error)
                let report = try Self.verify(disk)
                disk.plan = .none
                let what = "\(path), bytes \(range): \(report.findings)"
                // What lies behind the last event is a mark.
                let told = Self.positions(report).filter { $0 <= whole.events }
                // How many a frame had of which the header is lost tells only the next one.
                try require(
                    isEndHidden ? positions.isSuperset(of: told) : told == positions, what)
                try require(report.events == whole.events - UInt64(events), what)
                try require(
                    report.findings.contains {
                        $0.place.hasPrefix(path) && $0.what.contains("\(error)")
                    }, what)
                tried += 1
            }
        }
        #expect(tried > 20)
    }

    @Test func `Behind a header that is lost the frames of the segment are looked at`() throws {
        let disk = try Self.stage.get().copy()
        let whole = try Self.verify(disk)
        for (path, named) in try Self.segments(disk) {
            disk.plan = .lose(0..<1, of: path)
            let report = try Self.verify(disk)
            disk.plan = .none
            let header = try #require(report.findings.first)
            #expect(
                report.findings.count == 1 && header.place.hasPrefix(path), "\(report.findings)")
            #expect(report.events == whole.events, "\(path): \(report.findings)")
            #expect(report.refusesWriters == (named.sealed == nil), "\(path)")
        }
    }

    @Test func `So it is with what is lost of the files beside the segments`() throws {
        let disk = try Self.stage.get().copy()
        let whole = try Self.verify(disk)
        let derived = disk.files().filter {
            $0.contains("/index/") || $0.hasSuffix(".offsets") || $0.hasSuffix(".ids")
                || $0.hasSuffix("watermark")
        }
        #expect(derived.count > 6)
        for path in derived {
            let count = try disk.bytes(path).count
            for start in stride(from: 0, to: count, by: max(64, count / 16)) {
                disk.plan = .lose(start..<start + 1, of: path, with: Errno(code: 61))
                let report = try Self.verify(disk)
                disk.plan = .none
                let what = "\(path), byte \(start): \(report.findings)"
                try require(report.findings.contains { $0.place.hasPrefix(path) }, what)
                try require(report.findings.allSatisfy(\.isHarmless), what)
                try require(report.events == whole.events && !report.refusesWriters, what)
            }
        }
    }

    @Test func `Beside a writer it goes on, too`() throws {
        let disk = SimulatedDisk()
        let journal = try World(disk, options: .small).open()
        for _ in 0..<12 {
            let event = Event(type: "noted", data: [UInt8](repeating: 7, count: 1_500))
            try journal.append(Append([event], to: "account-1"))
        }
        journal.stepIdle()
        let (path, named) = try #require(
            Self.segments(disk).first { $0.key.contains("0000000001.") })
        let range = 2 * LostSectors.byteCount..<3 * LostSectors.byteCount
        let (positions, events, _) = try Self.lost(disk, path, range, named)
        disk.plan = .lose(range, of: path)
        let report = try Self.verify(disk, process: 2)
        #expect(Self.positions(report) == positions && positions.count > 1)
        #expect(report.events == 12 - UInt64(events))
        withExtendedLifetime(journal) {}
    }

    @Test func `A device that reads nothing any more is not asked for every sector`() throws {
        let disk = SimulatedDisk()
        try disk.replace("a", with: [UInt8](repeating: 1, count: 1 << 20))
        let file = try OpenFile(disk, "a", .read)
        disk.plan = .lose(8192..<1 << 20, of: "a")
        var lost = LostSectors()
        let bytes = try file.readAround(1 << 20, at: 0, &lost)
        #expect(bytes.count == 1 << 20)
        #expect(bytes.bytes.u8(at: 8191) == 1 && bytes.bytes.u8(at: 8192) == 0)
        #expect(lost.first(in: 0..<1 << 20) == 8192..<1 << 20)
        #expect(disk.calls.count { $0.kind == .read } < 32)
        // What can be read again behind many is.
        disk.plan = .lose(8192..<512 << 10, of: "a")
        var half = LostSectors()
        let rest = try file.readAround(1 << 20, at: 0, &half)
        #expect(rest.bytes.u8(at: 8192) == 0 && rest.bytes.u8(at: (1 << 20) - 1) == 1)
        #expect(half.first(in: 0..<1 << 20).map { $0.upperBound < 1 << 20 } == true)
        disk.plan = .fail(at: 1, with: .EACCES, .forEver, only: [.read])
        #expect(throws: Errno.EACCES) { try file.readAround(1 << 20, at: 0, &lost) }
    }

    @Test func `A repair keeps the whole beginning, up to the append with the lost sector`() throws
    {
        let base = try Self.stage.get()
        let scan = try StoreScan(base)
        for (path, named) in try Self.segments(base) {
            let used = scan.ends[path] ?? named.sealed?.end ?? 0
            for start in stride(from: 0, to: used, by: 3 * LostSectors.byteCount) {
                let disk = base.copy()
                let range = start..<start + LostSectors.byteCount
                let gone = try Self.lost(disk, path, range, named)
                disk.plan = .lose(range, of: path)
                let what = "\(path), bytes \(range)"
                let told = try disk.repair(acceptsLoss: false)
                let report = try disk.repair(acceptsLoss: true)
                try require(told.isRepaired || report.loss == told.loss, what)
                if start == 0 { try require(told.isRepaired && told.loss == nil, what) }
                // What was moved away is not read again.
                let world = World(disk, seed: 71, options: .small)
                let journal = try world.open(createIfMissing: false)
                let kept = try journal.readAll()
                journal.close()
                try require(scan.events.starts(with: kept), what)
                let first = gone.positions.min() ?? Position(scan.events.count + 1)
                try require(kept.count <= first - 1, what)
                try require(Position(kept.count) + 5 >= first - 1, "\(what): \(kept.count)")
                try require(try Self.verify(disk).findings.isEmpty, what)
            }
        }
    }
}
