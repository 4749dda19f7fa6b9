import Daybook
import DaybookPlatform
import Testing

@testable import DaybookJournal

/// Looking up places in a list of positions.
@Suite struct PostingListTests {
    @Test(arguments: [0, 1 << 31 - 3, 1 << 32 - 40, 1 << 32, 1 << 50 - 7] as [Position])
    func `Seeking finds what looking at each would, from any hint that is not too far`(
        start: Position
    ) {
        let chance = SeededRandomness(seed: 71)
        for length in [0, 1, 2, 3, 7, 64, 200] {
            var list = PostingList()
            var values: [Position] = []
            var position = start
            for _ in 0..<length {
                position += 1 + Position(chance.next(below: chance.chance(1, in: 5) ? 40 : 2))
                list.append(position)
                values.append(position)
            }
            for wanted in start...position + 3 {
                let forwards = values.firstIndex { $0 >= wanted } ?? length
                let backwards = values.lastIndex { $0 <= wanted } ?? -1
                for hint in [0, forwards / 2, forwards] {
                    #expect(list.firstIndex(atOrAfter: wanted, from: hint) == forwards)
                }
                for hint in [max(backwards, 0), (backwards + length) / 2, length - 1, length + 5] {
                    #expect(list.lastIndex(atOrBefore: wanted, from: hint) == backwards)
                }
            }
            #expect(list.first == values.first && list.last == values.last && list.count == length)
        }
    }
}
