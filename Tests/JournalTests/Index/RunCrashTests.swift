import Daybook
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// Writing and merging runs on a disk that loses power, fails, or is full.
@Suite(.tags(.crash)) struct RunCrashTests {
    /// Two neighbours, of more than one write each.
    private static let models = [1...1204 as ClosedRange<Position>, 1205...2408].map { positions in
        var model = RunModel.small(positions)
        for name in 0..<3 {
            model.names[RunModel.Key(name: .tracking, "importer-\(name)")] = Array(
                repeating: UInt8(truncatingIfNeeded: positions.lowerBound), count: 600 << 10)
        }
        return model
    }

    private static let merged: RunModel = {
        var merged = models[0]
        merged.positions = 1...2408
        for (key, term) in models[1].terms {
            let before = merged.terms[key]!
            merged.terms[key] = RunModel.Term(
                positions: before.positions + term.positions,
                delta: before.delta.map { $0.joined(with: term.delta!) })
        }
        merged.names.merge(models[1].names) { $1 }
        merged.names = merged.names.filter { $0.key.kind == 0 || !$0.value.isEmpty }
        return merged
    }()

    /// Writes two runs and merges them; stops at the first error.
    private static func work(on disk: SimulatedDisk) throws(RunFailure) {
        for (number, model) in models.enumerated() { try model.write(to: disk, "run-\(number)") }
        let runs = [try Run.open(disk, "run-0"), try Run.open(disk, "run-1")]
        _ = try RunMerge(runs: runs).write(
            to: "merged", on: disk, randomID: 7, stepBytes: .max, pause: { _ in })
    }

    private static func check(_ disk: SimulatedDisk, _ what: String) throws -> Set<String> {
        var whole: Set<String> = []
        for (path, model) in [("run-0", models[0]), ("run-1", models[1]), ("merged", merged)] {
            guard disk.files().contains(path) else { continue }
            do throws(RunFailure) {
                let run = try Run.open(disk, path)
                try run.verify()
            } catch {
                guard case .damaged = error else { throw error }
                continue
            }
            let run = try Run.open(disk, path)
            let found = try RunModel(reading: run)
            try require(found == model, "\(what): \(path) opens and is not whole")
            whole.insert(path)
        }
        return whole
    }

    @Test func `Without faults all of them are whole`() throws {
        let disk = SimulatedDisk()
        try Self.work(on: disk)
        let left = disk.afterPowerCutLosingAllUnsynced()
        #expect(left.files() == [], "making names durable is the caller's")
        try disk.syncDirectory("")
        let kept = disk.afterPowerCutLosingAllUnsynced()
        #expect(try Self.check(kept, "kept") == ["run-0", "run-1", "merged"])
        #expect(disk.calls.count { $0.kind == .write } >= 6)
    }

    @Test func `What a power cut leaves is whole or refused`() throws {
        var (cuts, whole) = (0, 0)
        for call in 1... {
            let disk = SimulatedDisk(plan: .crash(at: call))
            do throws(RunFailure) { try Self.work(on: disk) } catch {
                #expect(disk.hasCrashed)
            }
            guard disk.hasCrashed else { break }
            cuts += 1
            for seed in 0..<(Thoroughness.isFull ? 20 : 3) as Range<UInt64> {
                let left = disk.afterCrash(seed: seed)
                whole += try Self.check(left, "call \(call), seed \(seed)").count
            }
        }
        #expect(cuts > 20)
        #expect(whole > 10)
    }

    @Test(arguments: [Errno.EIO, .ENOSPC])
    func `An error at any call is told for what it is`(errno: Errno) throws {
        var told = 0
        for call in 1... {
            let disk = SimulatedDisk(plan: .fail(at: call, with: errno))
            do throws(RunFailure) { try Self.work(on: disk) } catch {
                let kind = disk.calls.last { $0.fault != nil }?.kind
                switch error {
                case .unwritable(errno): #expect(kind != .read && kind != .size)
                case .failed(errno): #expect(kind == .open || kind == .read || kind == .size)
                // What the device cannot read is as good as damaged.
                case .damaged:
                    #expect(errno == .EIO && (kind == .open || kind == .read || kind == .size))
                default: Issue.record("call \(call): \(error)")
                }
                told += 1
                disk.plan = .none
                _ = try Self.check(disk, "call \(call)")
            }
            if disk.faultCount == 0 { break }
        }
        #expect(told > 20)
    }

    @Test func `Short writes are gone on with, and a full disk is told`() throws {
        let short = SimulatedDisk(plan: .shortWrite(at: 1, .forEver))
        try Self.work(on: short)
        #expect(try Self.check(short, "short writes").count == 3)
        let full = SimulatedDisk()
        full.capacityBytes = 4 << 20
        var isTold = false
        do throws(RunFailure) { try Self.work(on: full) } catch {
            if case .unwritable(.ENOSPC) = error { isTold = true }
        }
        #expect(isTold)
        full.capacityBytes = nil
        #expect(try Self.check(full, "full") == ["run-0", "run-1"])
    }
}
