import Daybook
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// Query conditions that many events might meet, and few or none do.
@Suite struct BroadConditionTests {
    private static func journal(
        seed: UInt64 = 1, candidatesMax: Int = 30
    ) throws -> Journal {
        var options = JournalOptions.tiny
        options.conditionCandidatesMax = candidatesMax
        options.indexStepsMax = 6
        return try World(SimulatedDisk(), seed: seed, options: options).open()
    }

    private static func guarded(_ query: Query, after: Position) -> Append {
        var append = Append([Event(type: "noted")], to: "s-1")
        append.queryCondition = QueryCondition(failIfEventsMatch: query, after: after)
        return append
    }

    private static let never = Query.tags(["odd", "even"])

    private static func alternate(_ count: Int, in journal: Journal) throws {
        for number in 1...count {
            let tag = number.isMultiple(of: 2) ? "even" : "odd"
            try journal.append(Append([Event(type: "noted", tags: [tag])], to: "s-0"))
        }
    }

    @Test
    func `Terms that never meet are looked through up to a limit, and nothing is recorded beyond`()
        throws
    {
        let journal = try Self.journal()
        try Self.alternate(60, in: journal)
        // Thirty of each: as many as are looked through, in more than one look.
        let answer = try journal.append(Self.guarded(Self.never, after: 0))
        #expect(answer.firstPosition == 61)
        try Self.alternate(2, in: journal)
        for _ in 0..<3 {
            let refused = try journal.submit(Self.guarded(Self.never, after: 0))
            journal.step()
            #expect(refused.code == .conditionTooOld)
        }
        #expect(journal.view.watermark.position == 63)
        #expect(try journal.readAll().count == 63)
        // What was recorded under the condition is recognised, also now.
        let fitting = Self.guarded(Self.never, after: 2)
        #expect(try journal.append(fitting).firstPosition == 64)
        var again = fitting
        again.queryCondition?.after = 0
        #expect(try journal.append(again).isDuplicate)
        // A term that is rare, or stands alone, has few candidates.
        for query in [Query.tags(["odd", "even", "rare"]), .types(["rare"])] {
            #expect(try !journal.append(Self.guarded(query, after: 0)).isDuplicate)
        }
    }

    @Test func `What one look does not settle is not looked up where nobody may wait`() throws {
        let journal = try Self.journal()
        try Self.alternate(40, in: journal)
        let resolver = Resolver(view: journal.view)
        let broad = try journal.encode(Self.guarded(Self.never, after: 0))
        let error = #expect(throws: ReadFailure.self) { try resolver.resolve(broad, .cachedOnly) }
        guard case .wouldBlock? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        let facts = try resolver.resolve(broad, .mayBlock)
        #expect(facts.head == 40 && facts.conflict == nil && facts.candidates.total == 20)
        // A conflict near by, and a few events, are settled at once.
        for (query, after) in [(Query.tags(["odd"]), 36), (Self.never, 38)] as [(Query, Position)] {
            let encoded = try journal.encode(Self.guarded(query, after: after))
            #expect(try resolver.resolve(encoded, .cachedOnly).head == 40)
        }
    }

    @Test(arguments: 31...34 as ClosedRange<UInt64>)
    func `However often it pauses, the first conflict is found`(seed: UInt64) throws {
        let chance = SeededRandomness(seed: seed)
        let journal = try Self.journal(seed: seed, candidatesMax: .max)
        var events: [Set<String>] = []
        for _ in 0..<120 {
            let tags = Set((0..<3).filter { _ in chance.chance(1, in: 4) }.map { "g\($0)" })
            try journal.append(Append([Event(type: "noted", tags: tags)], to: "s-0"))
            events.append(tags)
        }
        let resolver = Resolver(view: journal.view)
        var conflicts = 0
        for _ in 0..<150 {
            let items = (0...chance.next(below: 2)).map { _ in
                Set((0...chance.next(below: 3)).map { _ in "g\(chance.next(below: 3))" })
            }
            let after = chance.next(below: 121)
            let query = Query(items.map { Query.Item(tags: $0) })
            let encoded = try journal.encode(Self.guarded(query, after: Position(after)))
            let facts = try resolver.resolve(encoded, .mayBlock)
            let expected = (after..<120).first { place in
                items.contains { $0.isSubset(of: events[place]) }
            }
            #expect(facts.conflict == expected.map { Position($0 + 1) }, "seed \(seed), \(query)")
            if expected != nil { conflicts += 1 }
        }
        #expect(conflicts > 50)
    }
}
