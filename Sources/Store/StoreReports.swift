public import Daybook
internal import DaybookJournal

/// The size of a store.
public struct StoreStatistics: Hashable, Sendable {
    public var events: UInt64
    public var streams: Int
    /// How many streams each category has; the empty name stands for streams without one.
    public var streamsByCategory: [String: Int]
    /// How many events each type has.
    public var eventsByType: [String: UInt64]
    public var tags: Int
    public var segments: Int
    /// Of those, the ones that a compaction compressed.
    public var segmentsCompressed = 0
    /// Bytes that frames and the dictionaries of compressed ones take, and bytes that the files take on the device.
    public var usedBytes: UInt64
    public var fileBytes: UInt64
    /// Bytes of the index on the device; what is in memory is not counted.
    public var indexBytes: UInt64
    /// Events of which a compaction removed data and metadata, and bytes of files that compactions gave back, as the
    /// segments say: of one that a restore or a repair has cut they say it as of before. `verify` counts.
    public var stubs: UInt64 = 0
    public var bytesGivenBack: UInt64 = 0
    /// Whether a process has the store open for writing.
    public var hasWriter: Bool
    public var firstRecordedAt: Timestamp?
    public var lastRecordedAt: Timestamp?
}

/// What `verify` looked at and what it found wrong.
public struct VerifyReport: Hashable, Sendable {
    /// Something that is not as it has to be.
    public struct Finding: Hashable, Sendable {
        public var what: String
        /// The file, and the offset in it.
        public var place: String
        /// The first position that cannot be served because of it.
        public var position: Position?
        /// The last one, where that is known.
        public var lastPosition: Position?
        /// The journal it is in.
        public var journal = JournalName.main
        /// No event is touched: a process that opens the store for writing puts it right.
        public var isHarmless = false
    }
    /// The journals that were looked at; the counts are those of all of them.
    public var journals = [JournalName.main]
    public var segments = 0
    /// Of those, the ones that a compaction compressed.
    public var segmentsCompressed = 0
    public var frames: UInt64 = 0
    public var events: UInt64 = 0
    /// Events of which a compaction removed data and metadata.
    public var stubs: UInt64 = 0
    public var records: UInt64 = 0
    public var bytes: UInt64 = 0
    /// Empty: all is well.
    public var findings: [Finding] = []
    /// Damage that was found beyond the first thousand of each journal, which are told.
    public var findingsUntold = 0
    /// Something that is damaged is needed to open a journal for writing: until it is restored or repaired, it can only be
    /// read.
    public var refusesWriters = false
    /// What is not wrong, but good to know: bytes cut off by a crash, an unclean stop. Of several journals each
    /// note begins with the name of its own.
    public var notes: [String] = []
}

extension VerifyReport.Finding {
    init(_ found: Verifier.Finding, in journal: String) {
        self.init(
            what: found.what, place: found.place, position: found.position,
            lastPosition: found.lastPosition, journal: journal, isHarmless: found.isHarmless)
    }
}

extension VerifyReport {
    mutating func add(_ found: Verifier.Report, of journal: String) {
        segments += found.segments
        segmentsCompressed += found.compressed
        frames += found.frames
        events += found.events
        stubs += found.stubs
        records += found.records
        bytes += UInt64(found.bytes)
        findings += found.findings.map { Finding($0, in: journal) }
        findingsUntold += found.findingsUntold
        refusesWriters = refusesWriters || found.refusesWriters
        notes += journals.count == 1 ? found.notes : found.notes.map { "journal \(journal): \($0)" }
    }
}
