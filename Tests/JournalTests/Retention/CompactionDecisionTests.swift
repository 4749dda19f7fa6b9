import Daybook
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// Two stores side by side, one of them compacted: what is appended is decided the same.
@Suite struct CompactionDecisionTests {
    /// What was answered, as far as it can be compared.
    private static func answer(_ append: Append, _ journal: Journal) throws -> String {
        let answer = try journal.submit(append)
        for _ in 0..<8 where answer.result == nil { journal.step() }
        switch answer.result {
        case .success(let appended): return "\(appended)"
        case .failure(let error):
            return
                "\(error.code) \(String(describing: error.actual)) \(error.position ?? 0) \(error)"
        case nil: throw Unanswered()
        }
    }

    private static func invent(
        _ source: Workload, _ chance: SeededRandomness, _ past: [Append], head: Position
    ) -> Append? {
        if chance.chance(1, in: 5), !past.isEmpty { return past[chance.next(below: past.count)] }
        var (append, deletion) = source.invent()
        if deletion != nil { return nil }
        if append.queryCondition != nil {
            append.queryCondition?.after = Position(chance.next(below: Int(head) + 1))
        }
        for stream in append.conditions.keys.sorted() where chance.chance(1, in: 3) {
            append.conditions[stream] = .revision(Revision(chance.next(below: 12)))
        }
        return append
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `Appends are decided the same with and without compaction`(seed: UInt64) throws {
        let disks = [SimulatedDisk(), SimulatedDisk()]
        var journals: [Journal] = []
        let worlds = disks.map { World($0, seed: seed, options: .small) }
        for world in worlds { journals.append(try world.open()) }
        let source = Workload(SimulatedDisk(), seed: seed)
        let chance = SeededRandomness(seed: seed &+ 99)
        var past: [Append] = []
        var answers: [String: Int] = [:]
        for turn in 0..<260 {
            for world in worlds { world.time.advance(microseconds: 500_000) }
            let head = journals[0].view.watermark.position
            switch chance.next(below: 20) {
            case 0:
                let metadata = StreamMetadata(
                    truncateBefore: chance.chance(1, in: 2) ? UInt64(chance.next(below: 30)) : nil,
                    maxCount: chance.chance(1, in: 2) ? UInt64(chance.next(below: 6)) : nil,
                    maxAgeSeconds: chance.chance(1, in: 3) ? 20 : nil)
                let stream = ["account-1", "account-2", "order-1", "journal"][chance.next(below: 4)]
                for journal in journals { try journal.set(metadata, of: stream) }
            case 1:
                let stream = ["account-2", "order-1"][chance.next(below: 2)]
                for journal in journals { try? journal.delete(stream, .soft) }
            case 2:
                var damage = PassedDamage()
                let points = try journals.map { try $0.beginCompaction(&damage) }
                #expect(points[0] == points[1])
                let report = try journals[0].compact(
                    to: points[0], isResumed: false, Compaction.Options(takesAll: true), &damage)
                #expect(report.isComplete && damage.first == nil)
            case 3 where turn % 3 == 0:
                for number in journals.indices {
                    journals[number].close()
                    journals[number] = try worlds[number].open()
                }
            default:
                guard let append = Self.invent(source, chance, past, head: head) else { continue }
                past.append(append)
                let told = try journals.map { try Self.answer(append, $0) }
                #expect(told[0] == told[1], "seed \(seed), turn \(turn)")
                answers[String(told[0].prefix(8)), default: 0] += 1
            }
        }
        #expect(answers.count > 3, "\(answers)")
        let scans = try disks.map { try StoreScan($0) }
        #expect(scans[0].stubs.count > 20 && scans[1].stubs.isEmpty)
        #expect(scans[0].events.map(\.position) == scans[1].events.map(\.position))
        try Vanishing(scans[1].events.filter { $0.stream != StreamName.journal }).check(
            scans[0], "seed \(seed)")
        try IndexAudit(scans[0], journals[0].view.index).check("seed \(seed)")
    }
}
