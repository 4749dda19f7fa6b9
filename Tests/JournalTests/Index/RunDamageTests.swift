import Daybook
import DaybookBytes
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// A run whose bytes are not what was written answers right, or says that it is damaged.
@Suite(.tags(.format)) struct RunDamageTests {
    private static func disk() throws -> (disk: SimulatedDisk, model: RunModel, bytes: [UInt8]) {
        let disk = SimulatedDisk()
        let model = RunModel.small()
        try model.write(to: disk)
        return (disk, model, try disk.bytes("run"))
    }

    private enum Outcome { case right, refused, damaged }

    /// Any other error, and any wrong answer, is thrown.
    private static func outcome(
        _ disk: SimulatedDisk, _ model: RunModel, _ what: String
    ) throws -> Outcome {
        let run: Run
        do throws(RunFailure) { run = try Run.open(disk, "run") } catch {
            guard case .damaged = error else { throw error }
            return .refused
        }
        do { try model.check(run, SeededRandomness(seed: 1), what) } catch {
            guard case .damaged(let path, _, _, _) = error as? RunFailure else { throw error }
            try require(path == "run", "\(what): says where")
            return .damaged
        }
        return .right
    }

    @Test func `No turned bit is answered wrong`() throws {
        let (disk, model, bytes) = try Self.disk()
        #expect(bytes.count < 3000, "short enough for a sweep")
        #expect(try Self.outcome(disk, model, "unharmed") == .right)
        for offset in bytes.indices {
            let bits = Thoroughness.isFull ? Array(0..<8) : [(offset * 3 + offset / 8) % 8]
            for bit in bits {
                try disk.flipBit("run", offset, bit)
                let what = "byte \(offset), bit \(bit)"
                #expect(try Self.outcome(disk, model, what) != .right, "\(what) was not noticed")
                if let run = try? Run.open(disk, "run") {
                    #expect(throws: RunFailure.self, "\(what)") { try run.verify() }
                }
                try disk.flipBit("run", offset, bit)
            }
        }
    }

    @Test func `A run cut short, or with more behind it, is refused`() throws {
        let (disk, model, bytes) = try Self.disk()
        for length in bytes.indices {
            try disk.replace("run", with: Array(bytes.prefix(length)))
            #expect(try Self.outcome(disk, model, "cut to \(length)") == .refused)
        }
        try disk.replace("run", with: bytes + [0])
        #expect(try Self.outcome(disk, model, "one byte more") == .refused)
        try disk.replace("run", with: bytes)
        #expect(try Self.outcome(disk, model, "as it was") == .right)
    }

    @Test func `The footer of another run does not open it`() throws {
        let (disk, model, bytes) = try Self.disk()
        try RunModel.small(1205...2404).write(to: disk, "next", randomID: 98)
        let footer = try disk.bytes("next").suffix(RunFormat.footerBytes)
        try disk.replace("run", with: Array(bytes.dropLast(RunFormat.footerBytes)) + footer)
        #expect(try Self.outcome(disk, model, "the footer of the next") == .refused)
    }

    @Test func `A piece that lies where another should is not taken for it`() throws {
        let (disk, model, bytes) = try Self.disk()
        let pieces = Self.pieces(bytes)
        var exchanged = 0
        for piece in pieces {
            for other in pieces where other != piece && other.count == piece.count {
                try disk.replace(
                    "run",
                    with: Array(bytes[..<piece.lowerBound]) + bytes[other]
                        + bytes[piece.upperBound...])
                #expect(try Self.outcome(disk, model, "\(other) at \(piece)") != .right)
                exchanged += 1
            }
        }
        #expect(exchanged > 0)
    }

    @Test(arguments: 301...304 as ClosedRange<UInt64>)
    func `What is wrong in spite of its checksum is an error at the worst`(seed: UInt64) throws {
        let chance = SeededRandomness(seed: seed)
        let (disk, model, bytes) = try Self.disk()
        let pieces = Self.pieces(bytes) + [bytes.count - RunFormat.footerBytes..<bytes.count]
        var told = 0
        for _ in 0..<400 {
            var spoilt = bytes
            let piece = pieces[chance.next(below: pieces.count)]
            for _ in 0...chance.next(below: 3) {
                let offset = piece.lowerBound + 4 + chance.next(below: piece.count - 4)
                spoilt[offset] =
                    chance.chance(1, in: 3)
                    ? [0, 127, 128, 255][chance.next(below: 4)] : UInt8(chance.next(below: 256))
            }
            Self.seal(&spoilt, piece)
            try disk.replace("run", with: spoilt)
            do {
                if try Self.outcome(disk, model, "seed \(seed)") != .right { told += 1 }
            } catch is Discrepancy {
                // Nothing can tell a lie that is well sealed.
            }
            if let run = try? Run.open(disk, "run") { Self.merge(run, on: disk) }
        }
        #expect(told > 50)
    }

    /// Merges it, whatever comes of it.
    private static func merge(_ run: Run, on disk: SimulatedDisk) {
        _ = try? RunMerge(runs: [run]).write(
            to: "merged", on: disk, randomID: 5, stepBytes: .max, pause: { _ in })
        try? disk.remove("merged")
    }

    /// Where the pieces of a run lie.
    private static func pieces(_ bytes: [UInt8]) -> [Range<Int>] {
        var pieces: [Range<Int>] = []
        var at = 0
        while at < bytes.count - RunFormat.footerBytes {
            let length = Int(bytes.rawSpan.u32(at: at + 4))
            pieces.append(at..<at + length)
            at += length
        }
        return pieces
    }

    private static func seal(_ bytes: inout [UInt8], _ piece: Range<Int>) {
        let isFooter = piece.upperBound == bytes.count
        let own = Array(bytes[piece])
        let checksum =
            isFooter
            ? CRC32C.checksum(of: own.rawSpan.extracting(4..<own.count))
            : RunFormat.checksum(of: own.rawSpan, run: 99, offset: piece.lowerBound)
        for place in 0..<4 {
            bytes[piece.lowerBound + place] = UInt8(truncatingIfNeeded: checksum >> (8 * place))
        }
    }
}
