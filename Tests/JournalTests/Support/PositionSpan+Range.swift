import Daybook

@testable import DaybookJournal

extension PositionSpan {
    /// Of one that is not empty.
    var range: ClosedRange<Position> { first...last }
}
