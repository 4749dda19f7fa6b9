import Daybook
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// A process is killed while it appends, and the next one while it opens what the first has left.
@Suite(.tags(.crash)) struct OpeningKillTests {
    /// What a process leaves that was killed behind so many batches of appends, of which some go into the next segment.
    ///
    /// There is no room for a segment ahead, and there is for the files beside a full one: so these are there before a
    /// manifest says that it is full, and the next opening may cut it short of what they say.
    private static func killed(after batches: Int) throws -> SimulatedDisk {
        let disk = SimulatedDisk()
        let journal = try World(disk).open()
        for number in 0..<batches {
            if number == 10 { disk.capacityBytes = try usedBytes(disk) + (12 << 10) }
            var answers: [Answer] = []
            for _ in 0..<3 {
                let event = Event(type: "noted", data: String(repeating: "x", count: 600))
                answers.append(try journal.submit(Append([event], to: "s")))
            }
            while answers.contains(where: { $0.result == nil }) { journal.step() }
            while journal.stepPreparing() {}
        }
        let image = disk.afterProcessKill()
        image.capacityBytes = nil
        return image
    }

    private static func usedBytes(_ disk: SimulatedDisk) throws -> Int {
        var bytes = 0
        for folder in ["", "journals", "journals/main", "journals/main/segments"] {
            for name in try disk.list(folder) {
                let path = folder.isEmpty ? name : "\(folder)/\(name)"
                guard let id = try? disk.open(path, .read) else { continue }
                bytes += (try? disk.size(id)) ?? 0
                disk.close(id)
            }
        }
        return bytes
    }

    private static func open(_ disk: SimulatedDisk) {
        guard let journal = try? World(disk, seed: 2).open() else { return }
        while journal.stepPreparing() {}
    }

    @Test(arguments: 14...24)
    func `What an opening leaves that is killed on its way is whole`(batches: Int) throws {
        let killed = try Self.killed(after: batches)
        let opened = killed.copy()
        let before = opened.callCount
        Self.open(opened)
        for call in 1...opened.callCount - before {
            let disk = killed.copy()
            disk.plan = .crash(at: disk.callCount + call)
            Self.open(disk)
            for image in CrashSweepTests.Image.all(of: disk, seeds: 1..<2) {
                let found = try Verifier.verify(
                    World(image.disk).environment(), progress: { _, _ in }
                ).findings
                #expect(found == [], "call \(call) of the opening, \(image.name)")
            }
        }
    }
}
