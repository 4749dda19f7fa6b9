// What a preparer has to do next, decided from what it knows.

extension SegmentPreparer {
    /// A segment to be made.
    struct Order {
        /// The size it should have.
        var bytes: Int
        /// The size it must have, where an append waits for it: with less room than it should have it is made
        /// smaller. Nil where nobody waits.
        var bytesMin: Int?
    }
}

extension SegmentPreparer.State {
    func isReady(_ bytes: Int, _ bytesMax: Int) -> Bool {
        guard let ready else { return false }
        return ready.byteCount >= bytes + SegmentHeader.byteCount
            && ready.byteCount <= max(bytesMax, Self.least(bytes))
    }

    /// The least a segment has for an append of so many bytes.
    private static func least(_ bytes: Int) -> Int {
        (bytes + 2 * SegmentHeader.byteCount + 4095) / 4096 * 4096
    }

    /// Orders a segment for an append of so many bytes, of the usual size if there is room.
    mutating func want(
        _ bytes: Int, _ bytesMax: Int = .max
    ) -> SegmentPreparer.Order {
        failure = nil
        let least = Self.least(bytes)
        let order = SegmentPreparer.Order(
            bytes: max(min(nextBytes, bytesMax), least), bytesMin: least)
        wanted = order
        return order
    }

    func hasWork(_ options: JournalOptions) -> Bool {
        wanted != nil || change != nil || !cut.isEmpty || !unstored.isEmpty
            || zeroTarget(options) != nil
    }

    /// Takes in what was written.
    mutating func take(_ written: Manifest) {
        manifest = written
        for segment in written.segments where segment.sealed != nil {
            sealed[segment.serial] = nil
        }
    }

    mutating func manifestToWrite() -> Manifest {
        for index in manifest.segments.indices {
            if let (extent, times) = sealed[manifest.segments[index].serial] {
                manifest.segments[index].sealed = extent
                manifest.segments[index].times = times
            }
        }
        return manifest
    }

    /// How far zeros should be written now: twice as far into the next segment as the active one is used; nil
    /// where they are.
    func zeroTarget(_ options: JournalOptions) -> Int? {
        // Zeros save each sync a change of the file system's own records: much for a sync of a few events, and
        // nothing beside megabytes, which would only have to share the device with them.
        guard let ready, !isZeroing, zeroed < ready.byteCount,
            roundBytes < options.zeroRoundBytesMax
        else { return nil }
        let share = min(1, 2 * Double(used.bytes) / Double(max(used.of, 1)) + 0.05)
        let target = Int(Double(ready.byteCount) * share)
        guard zeroed < target else { return nil }
        return min(ready.byteCount, zeroed + options.zeroStepBytes)
    }
}
