public import Daybook

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
    /// Bytes that frames take, and bytes that the files take on the device.
    public var usedBytes: UInt64
    public var fileBytes: UInt64
    /// Bytes of the index on the device; what is in memory is not counted.
    public var indexBytes: UInt64
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
    }
    public var segments: Int
    public var frames: UInt64
    public var events: UInt64
    /// Events of which a compaction removed data and metadata.
    public var stubs: UInt64
    public var records: UInt64
    public var bytes: UInt64
    /// Empty: all is well.
    public var findings: [Finding]
    /// What is not wrong, but good to know: bytes cut off by a crash, an unclean stop.
    public var notes: [String]
}
