internal import Daybook

/// When the state of a stream is kept as a snapshot, so that only what came behind it is read: when any of these is so.
public struct SnapshotPolicy: Hashable, Sendable {
    /// So many events have come since the last one.
    public var events: Int?
    /// So much time has gone by since the first event that it does not hold.
    public var age: Duration?
    /// The events since the last one are recorded in so many bytes.
    public var bytes: Int?
    /// One load in so many folds all events and compares: a snapshot that is another is an error. 0: none does. Default
    /// 1,000.
    public var checksOneIn = 1_000

    /// What is nil is not looked at; where all are, no snapshot is taken.
    /// - Parameters:
    ///   - events: So many have come since the last one.
    ///   - age: So much time has gone by since the first event that it does not hold; looked at when something is decided.
    ///   - bytes: So many hold the data and metadata of the events since the last one.
    public init(events: Int? = nil, age: Duration? = nil, bytes: Int? = nil) {
        self.events = events
        self.age = age
        self.bytes = bytes
    }

    /// A snapshot every so many events.
    public static func every(_ events: Int) -> SnapshotPolicy { SnapshotPolicy(events: events) }

    /// Whether a load is one of those that compare.
    func isChecked(by chance: () -> Double) -> Bool {
        checksOneIn > 0 && chance() * Double(checksOneIn) < 1
    }

    /// Whether the state is to be kept.
    func isDue(_ since: SinceSnapshot, at now: Timestamp) -> Bool {
        if since.events == 0 { return false }
        if let events, since.events >= events { return true }
        if let bytes, since.bytes >= bytes { return true }
        guard let age, let first = since.firstAt else { return false }
        return now.microseconds - first.microseconds >= age.microseconds
    }
}

/// What has come since a snapshot, or since the beginning where there is none.
struct SinceSnapshot: Hashable, Sendable {
    var events = 0
    var bytes = 0
    /// When the first of them came; nil where there is none.
    var firstAt: Timestamp?

    /// An event has come.
    mutating func took(bytes more: Int, at time: Timestamp) {
        events += 1
        bytes += more
        firstAt = firstAt ?? time
    }
}
