public import Daybook
internal import DaybookJournal

/// What a backup consists of, and what of it was copied now.
public struct BackupReport: Hashable, Sendable {
    public var journal: EventID
    /// The name of the journal.
    public var name: String
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
    /// The name that the journal has in the store.
    public var name: String
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
    /// The name of the journal that was looked at.
    public var journal: String
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
        /// System records that are known to have been there.
        public var records: UInt64
        /// By owner, how many system records can still be read there.
        public var owners: [String: Int]
        /// By consumer, how many tracking marks can still be read there.
        public var consumers: [String: Int]
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
    /// What is good to know.
    public var notes: [String]
}

extension RepairReport {
    init(_ done: Repair.Report, of journal: String) {
        func findings(_ found: [Verifier.Finding]) -> [VerifyReport.Finding] {
            found.map { VerifyReport.Finding($0, in: journal) }
        }
        self.init(
            journal: journal, findings: findings(done.findings), derived: findings(done.derived),
            lastPosition: done.lastPosition,
            loss: done.loss.map {
                Loss(
                    firstPosition: $0.firstPosition, lastPosition: $0.lastPosition,
                    frames: $0.frames, streams: $0.streams, eventsReadable: $0.eventsReadable,
                    records: $0.records, owners: $0.owners, consumers: $0.consumers)
            },
            isRepaired: done.isRepaired, movedTo: done.movedTo, moved: done.moved,
            notes: done.notes)
    }
}
