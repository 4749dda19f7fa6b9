package import Daybook

/// How a store is compacted in a random history.
package struct RandomCompaction: Sendable, CustomStringConvertible {
    package var takesAll: Bool
    package var compresses: Bool
    /// The operations that follow are done beside it.
    package var isBeside: Bool
    /// It is ended early then.
    package var isEnded: Bool

    init(_ dice: inout Dice) {
        takesAll = dice.chance(60)
        compresses = dice.chance(30)
        isBeside = dice.chance(50)
        isEnded = isBeside && dice.chance(40)
    }

    package var description: String {
        var text = "compact"
        if takesAll { text += " all" }
        if compresses { text += ", compressing" }
        if isBeside { text += ", beside what follows" }
        if isEnded { text += ", ended early" }
        return text
    }
}

/// What a compaction answered.
package struct CompactionAnswer: Sendable {
    /// The last position that counted, and the instant by which ages did.
    package var position: Position
    package var time: Timestamp
    /// All was done.
    package var isComplete: Bool

    package init(position: Position, time: Timestamp, isComplete: Bool) {
        self.position = position
        self.time = time
        self.isComplete = isComplete
    }
}
