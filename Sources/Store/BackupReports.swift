public import Daybook
internal import DaybookJournal

/// What a backup consists of, and what of it was copied now.
public struct BackupReport: Hashable, Sendable {
    public var journal: EventID
    /// The last event that is in it.
    public var lastPosition: Position
    public var segments: Int
    public var bytes: UInt64
    /// Of these, what an earlier backup had copied.
    public var segmentsKept: Int
    public var bytesKept: UInt64
    /// What is good to know.
    public var notes: [String]
}

/// What was restored.
public struct RestoreReport: Hashable, Sendable {
    public var journal: EventID
    /// The last event of the restored store.
    public var lastPosition: Position
    public var segments: Int
    public var bytes: UInt64
    /// The last event of the backup.
    public var backupPosition: Position
    /// When the backup was taken.
    public var takenAt: Timestamp
}

/// What a repair found, what it means, and what was done.
public struct RepairReport: Hashable, Sendable {
    /// What is lost by going on.
    public struct Loss: Hashable, Sendable {
        public var firstPosition: Position
        /// The last one that is known of; before `firstPosition` where none is.
        public var lastPosition: Position
        public var events: UInt64 { lastPosition + 1 - firstPosition }
        /// Appends and marks that are known to have been there.
        public var frames: UInt64
        /// By stream, how many of its events can still be read there; those that cannot are in no stream.
        public var streams: [String: Int]
        public var eventsReadable: UInt64
    }

    /// What is wrong; empty: nothing that needs a repair.
    public var findings: [VerifyReport.Finding]
    /// What is wrong with files that are made again from others: nothing is lost by it.
    public var derived: [VerifyReport.Finding]
    /// The last position of what is whole.
    public var lastPosition: Position
    /// Nil where nothing is lost.
    public var loss: Loss?
    public var isRepaired: Bool
    /// The folder, below the store's own, into which files were moved.
    public var movedTo: String?
    public var moved: [String]
}

extension VerifyReport {
    init(_ found: Verifier.Report) {
        self.init(
            segments: found.segments, frames: found.frames, events: found.events,
            records: found.records, bytes: UInt64(found.bytes),
            findings: found.findings.map(Finding.init), notes: found.notes)
    }
}

extension VerifyReport.Finding {
    fileprivate init(_ found: Verifier.Finding) {
        self.init(what: found.what, place: found.place, position: found.position)
    }
}

extension RepairReport {
    init(_ done: Repair.Report) {
        self.init(
            findings: done.findings.map(VerifyReport.Finding.init),
            derived: done.derived.map(VerifyReport.Finding.init),
            lastPosition: done.lastPosition,
            loss: done.loss.map {
                Loss(
                    firstPosition: $0.firstPosition, lastPosition: $0.lastPosition,
                    frames: $0.frames, streams: $0.streams, eventsReadable: $0.eventsReadable)
            },
            isRepaired: done.isRepaired, movedTo: done.movedTo, moved: done.moved)
    }
}
