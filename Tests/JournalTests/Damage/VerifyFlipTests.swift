import Daybook
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// One bit turned, anywhere in a store or a backup of it: `verify` says so, and names the file.
@Suite(.tags(.format)) struct VerifyFlipTests {
    /// Segments that were compacted, compressed ones, plain ones behind them, files beside all of them, runs, and the
    /// manifest before the present one.
    private static let stage = Result {
        let stage = try RetentionStage(seed: 5)
        var world = stage.world(2)
        world.options.indexRunEventsMin = 24
        let journal = try world.open()
        try journal.compactAll(compressing: true)
        for number in 0..<60 {
            let data = [UInt8](repeating: UInt8(number), count: 700)
            try journal.append(Append([Event(type: "later", data: data)], to: "later-1"))
            while journal.stepPreparing() || journal.stepIndex() {}
        }
        try journal.set(StreamMetadata(maxCount: 2), of: "later-1")
        try journal.compactAll()
        while journal.stepPreparing() || journal.stepIndex() {}
        journal.stepIdle()
        journal.close()
        return stage.disk.copy()
    }

    private static func verify(_ disk: SimulatedDisk) throws -> Verifier.Report {
        try Verifier.verify(World(disk, seed: 3, options: .small).environment()) { _, _ in }
    }

    /// The first, the last, and some between them.
    private static func offsets(_ count: Int, _ chance: SeededRandomness) -> [Int] {
        let some = Thoroughness.isFull ? 400 : 16
        return [0, count - 1] + (0..<some).map { _ in chance.next(below: count) }
            + stride(from: 0, to: min(count, 200), by: 13)
    }

    @Test func `The store has every kind of file`() throws {
        let disk = try Self.stage.get()
        let report = try Self.verify(disk)
        #expect(report.findings == [] && report.notes == [])
        #expect(report.compressed > 2 && report.stubs > 20 && report.segments > 8)
        let paths = disk.files()
        for suffix in [".offsets", ".ids"] {
            #expect(paths.count { $0.hasSuffix(suffix) } > 4, "\(suffix)")
        }
        #expect(paths.count { $0.contains("/index/") } > 1)
        #expect(paths.count { $0.contains("/manifest-") } == 2)
        try disk.checkGenerations("each file beside a segment belongs to one")
    }

    @Test(arguments: 1...2 as ClosedRange<UInt64>)
    func `A turned bit is found, wherever it is`(seed: UInt64) throws {
        let disk = try Self.stage.get().copy()
        let chance = SeededRandomness(seed: seed)
        for path in disk.files() where !path.hasSuffix("LOCK") {
            let count = try disk.bytes(path).count
            for offset in Self.offsets(count, chance) {
                let bit = chance.next(below: 8)
                try disk.flipBit(path, offset, bit)
                let findings = try Self.verify(disk).findings
                let what = "seed \(seed): \(path), byte \(offset), bit \(bit)"
                #expect(!findings.isEmpty, "\(what) was not found")
                #expect(
                    findings.contains { $0.place.hasPrefix(path) }, "\(what): \(findings)")
                let isDerived = !path.contains("/segments/") || path.split(separator: ".").count > 2
                let isHarmless = findings.allSatisfy { $0.isHarmless }
                if isDerived { #expect(isHarmless, "\(what): \(findings)") }
                try disk.flipBit(path, offset, bit)
            }
        }
    }

    @Test(arguments: [nil, "all.tar"], 1...2 as ClosedRange<UInt64>)
    func `So it is in a backup`(archive: String?, seed: UInt64) throws {
        let target = SimulatedDisk()
        let disk = try Self.stage.get().copy()
        if let archive {
            try disk.backUp(to: target, file: archive)
        } else {
            try disk.backUp(to: target)
        }
        func findings() throws -> [Verifier.Finding] {
            do throws(StoreError) {
                return try BackupReader(target, file: archive).verify().findings
            } catch {
                return [Verifier.Finding(what: error.why, place: error.place ?? "")]
            }
        }
        #expect(try findings().isEmpty)
        let chance = SeededRandomness(seed: seed)
        for path in target.files() where path != "LOCK" {
            let count = try target.bytes(path).count
            let some = archive == nil ? 1 : 12
            for offset in (0..<some).flatMap({ _ in Self.offsets(count, chance) }) {
                let bit = chance.next(below: 8)
                try target.flipBit(path, offset, bit)
                let found = try findings()
                #expect(
                    found.contains { $0.place.hasPrefix(path) },
                    "seed \(seed): \(path), byte \(offset), bit \(bit): \(found)")
                try target.flipBit(path, offset, bit)
            }
        }
    }

    /// What is derived from the events is made again.
    @Test(arguments: [".offsets", ".ids", "/index/", "manifest-", "watermark"])
    func `What touches no event is mended by a repair and an opening`(kind: String) throws {
        let disk = try Self.stage.get().copy()
        let damaged = disk.files().filter { $0.contains(kind) }
        for path in damaged.prefix(kind == "manifest-" ? 1 : .max) {
            try disk.flipBit(path, try disk.bytes(path).count - 9, 3)
        }
        let found = try Self.verify(disk).findings
        #expect(!found.isEmpty)
        let world = World(disk, seed: 4, options: .small)
        let before = try world.openReadOnly().readAll()
        let report = try Repair(of: world.environment()).run(acceptsLoss: false)
        #expect(report.loss == nil && report.findings == [] && !report.derived.isEmpty)
        let journal = try world.open()
        while journal.stepPreparing() || journal.stepIndex() {}
        #expect(try journal.readAll() == before)
        journal.close()
        #expect(try Self.verify(disk).findings == [])
    }

    @Test func `A file of offsets that is damaged is written again when it is met`() throws {
        let disk = try Self.stage.get().copy()
        let paths = disk.files().filter { $0.hasSuffix(".offsets") }
        for path in paths { try disk.flipBit(path, try disk.bytes(path).count - 3, 3) }
        var world = World(disk, seed: 4, options: .small)
        world.options.offsetsInMemoryBytesMax = 1 << 20
        let journal = try world.open()
        _ = try journal.readAll()
        while journal.stepPreparing() {}
        journal.close()
        #expect(try Self.verify(disk).findings == [])
    }
}
