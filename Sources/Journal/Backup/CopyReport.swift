package import Daybook

/// What a backup or a restore has copied.
package struct CopyReport: Hashable, Sendable {
    package var journal: EventID
    /// The name of the journal in its store.
    package var name: String
    package var epoch: UInt64
    package var lastPosition: Position
    package var lastFrame: UInt64
    package var segments: Int
    package var bytes: Int
    /// Of these, what was there from an earlier backup.
    package var segmentsKept = 0
    package var bytesKept = 0
    /// The last position of the backup, and when it was taken.
    package var backupPosition: Position
    package var takenAt: Timestamp
    /// What is good to know, in words.
    package var notes: [String] = []

    /// - Parameter manifest: every segment is sealed.
    init(_ manifest: Manifest, name: String, bytes: Int, takenAt: Int64) {
        journal = manifest.journal
        self.name = name
        epoch = manifest.epoch
        lastPosition = manifest.end.position - 1
        lastFrame = manifest.end.frame - 1
        segments = manifest.segments.count
        self.bytes = bytes
        backupPosition = lastPosition
        self.takenAt = Timestamp(microseconds: takenAt)
    }
}
