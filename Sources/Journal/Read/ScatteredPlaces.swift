internal import Daybook

/// Where some events lie that are read for one batch, neighbours together.
struct ScatteredPlaces {
    struct Place {
        var position: Position
        /// Offset in the segment.
        var start: Int
    }

    /// Some events that are read at once: from one offset of a segment to another.
    struct Run {
        /// Number of the segment in the list.
        var segment: Int
        var start: Int
        var end: Int
        /// Which of the places.
        var places: Range<Int>
        var byteCount: Int { end - start }
    }

    private(set) var places: [Place] = []
    private(set) var runs: [Run] = []
    var byteCount: Int { runs.reduce(0) { $0 + $1.byteCount } }

    init(countMax: Int) {
        places.reserveCapacity(countMax)
        runs.reserveCapacity(countMax)
    }

    /// Takes in an event, with those before it where it lies no further off than a gap, on either side.
    mutating func add(_ position: Position, _ extent: Range<Int>, segment: Int, gap: Int) {
        let number = places.count
        places.append(Place(position: position, start: extent.lowerBound))
        if let last = runs.last, last.segment == segment, extent.lowerBound <= last.end + gap,
            extent.upperBound + gap >= last.start
        {
            runs[runs.count - 1] = Run(
                segment: segment, start: min(last.start, extent.lowerBound),
                end: max(last.end, extent.upperBound),
                places: last.places.lowerBound..<number + 1)
        } else {
            runs.append(
                Run(
                    segment: segment, start: extent.lowerBound, end: extent.upperBound,
                    places: number..<number + 1))
        }
    }
}
