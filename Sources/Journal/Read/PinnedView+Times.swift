package import Daybook

// Most segments are passed over by what is known of their times, and none of their files is opened for that.
extension PinnedView {
    /// Where, of a stretch, the events may lie that occurred within a time: from the segment nearest to where a read begins
    /// that may have some, up to the end of the last one right behind it. Nil where no segment has any.
    ///
    /// O(segments).
    package func stretch(
        of bounds: ClosedRange<Position>, backwards: Bool, since: Timestamp, until: Timestamp
    ) -> ClosedRange<Position>? {
        var found: ClosedRange<Position>?
        for step in list.all.indices {
            let place = backwards ? list.all.count - 1 - step : step
            guard let own = positions(of: place), own.overlaps(bounds) else { continue }
            let times = list.all[place].times?.occurred
            if let times,
                times.upperBound < since.microseconds
                    || times.lowerBound > until.microseconds
            {
                if found != nil { break }
                continue
            }
            let mine = own.clamped(to: bounds)
            let (low, high) = (found?.lowerBound ?? .max, found?.upperBound ?? 0)
            found = min(low, mine.lowerBound)...max(high, mine.upperBound)
        }
        return found
    }

    /// The positions among which the first one is that was recorded at an instant or later, by the times of segments;
    /// that behind them, where there is none.
    ///
    /// O(segments).
    /// - Parameter isAfter: the first one that was recorded later than that.
    package func first(
        recordedAt time: Timestamp, isAfter: Bool, upTo high: Position
    ) -> ClosedRange<Position> {
        var (first, end) = (1 as Position, high + 1)
        for place in list.all.indices {
            guard let own = positions(of: place), let times = list.all[place].times?.recorded
            else { continue }
            let instant = time.microseconds
            if isAfter ? times.upperBound <= instant : times.upperBound < instant {
                first = own.upperBound == .max ? high + 1 : own.upperBound + 1
            } else if isAfter ? times.lowerBound > instant : times.lowerBound >= instant {
                end = min(end, own.lowerBound)
                break
            }
        }
        return min(first, end)...end
    }

    /// The positions of a segment, up to where the next one begins; nil where it has none.
    private func positions(of place: Int) -> ClosedRange<Position>? {
        let first = list.all[place].firstPosition
        let next = place + 1 < list.all.count ? list.all[place + 1].firstPosition : .max
        return next > first ? first...(next == .max ? .max : next - 1) : nil
    }
}
