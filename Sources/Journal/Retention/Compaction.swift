internal import Daybook

/// What a compaction is asked for, and what it did.
package enum Compaction {
    /// How it is done.
    package struct Options: Hashable, Sendable {
        /// Bytes read and written a second; nil: as fast as it goes.
        package var bytesPerSecond: Int?
        /// Also segments in which there is little to remove.
        package var takesAll: Bool
        /// Also compresses segments whose records are plain, where it pays.
        package var compresses: Bool
        package init(
            bytesPerSecond: Int? = nil, takesAll: Bool = false, compresses: Bool = false
        ) {
            self.bytesPerSecond = bytesPerSecond
            self.takesAll = takesAll
            self.compresses = compresses
        }
    }

    /// What was done so far, and in the end.
    package struct Report: Hashable, Sendable {
        package var point: CompactionPoint
        /// An earlier compaction was gone on with.
        package var isResumed = false
        /// It was not ended before all was done.
        package var isComplete = false
        /// Segments that are sealed and not behind the point, and of those, the ones looked through and written again.
        package var segmentsTotal = 0
        package var segmentsRead = 0
        package var segmentsWritten = 0
        /// Segments that are damaged: they stay as they are.
        package var segmentsDamaged = 0
        /// Of those written again, the ones whose records were plain and are compressed.
        package var segmentsCompressed = 0
        /// Bytes of the frames of those segments, and of those looked through.
        package var bytesTotal = 0
        package var bytesRead = 0
        /// Events whose data and metadata were removed.
        package var eventsRemoved: UInt64 = 0
        /// Bytes that the files of those written again take on the device, before and after; after, also what a segment
        /// takes that was begun so that the one before it could be compacted.
        package var bytesBefore = 0
        package var bytesAfter = 0
        /// Bytes of blocks behind the end of segments that were given back, and of how many segments, without those
        /// written again: they were sealed before they were full.
        package var bytesSpare = 0
        package var segmentsSpare = 0
        /// Segments that were not looked through: nothing was said since the last time by which something goes in them.
        package var segmentsSettled = 0
        /// Segments, and events of them, that were left because little of them would go.
        package var segmentsLeft = 0
        package var eventsLeft: UInt64 = 0

        /// A segment was written again of which so many bytes had been given back.
        mutating func countsAsBefore(_ spare: Int) {
            bytesBefore += spare
            bytesSpare -= spare
            segmentsSpare -= 1
        }
    }

    /// A segment is written again where at least one part in so many of its bytes goes.
    static let worthwhileShare = 16
    /// Where so much was said since, segments are looked through again: to look for each stream would take as long.
    static let saidMax = 1024
    /// So many segments may have to be looked through again where the process ends.
    static let segmentsNotedMax = 16
}
