import DaybookBytes
import DaybookPlatform
import Testing

@testable import DaybookJournal

@Suite struct StreamRevisionsTests {
    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `It knows what follows in each of many streams`(seed: UInt64) {
        let chance = SeededRandomness(seed: seed)
        var revisions = StreamRevisions(SeededRandomness(seed: seed + 100))
        var model: [String: UInt64] = [:]
        for _ in 0..<20_000 {
            let stream = "account-\(chance.next() % 3_000)"
            // Now and then one is left out or comes again: what follows is what follows behind that.
            let revision = model[stream, default: 0] &+ (chance.next() % 16 == 0 ? 3 : 0)
            let name = Array(stream.utf8)
            #expect(revisions.take(revision, of: name.rawSpan) == model[stream, default: 0])
            model[stream] = revision + 1
        }
        #expect(model.count > 2_900)
    }

    @Test func `It takes at most 64 bytes a stream`() {
        var revisions = StreamRevisions(SeededRandomness(seed: 1))
        let empty = revisions.memoryBytes
        for number in 1...50_000 {
            for revision in 0..<2 as Range<UInt64> {
                _ = revisions.take(revision, of: Array("account-\(number)".utf8).rawSpan)
            }
            #expect(revisions.memoryBytes <= empty + 64 * number)
        }
        #expect(revisions.memoryBytes >= 50_000 * 24)
    }
}
