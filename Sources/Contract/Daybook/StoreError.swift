/// What went wrong, why, what to do, and where.
public struct StoreError: Error, Hashable, Sendable {
    /// The kind of failure; more may come, so a switch over it needs a default.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        public let description: String
        public init(_ description: String) { self.description = description }
    }

    public let code: Code
    /// What went wrong.
    public let what: String
    /// Why.
    public let why: String
    /// What to do about it.
    public let remedy: String
    /// Where: a file and offset, a stream, a consumer.
    public let place: String?
    /// The one stream that it is about: with `wrongRevision`, `streamDeleted`, `streamNotFound` and `partialDuplicate`. In
    /// full, where texts tell the beginning of a long name.
    public let stream: String?
    /// With `wrongRevision`, `streamDeleted`, `streamNotFound` and `partialDuplicate`: the stream as it is.
    public let actual: StreamState?
    /// With `conflict`: the first event in the way. With `corrupt`: the first position that cannot be served.
    public let position: Position?
    /// The error number of the system call that failed.
    public let systemError: Int32?
    /// With `partialDuplicate`: by event of the append, where it stands already; empty where that is not known.
    package var recorded: [RecordedPlace?] = []

    public init(
        _ code: Code, _ what: String, why: String, remedy: String, place: String? = nil,
        stream: String? = nil, actual: StreamState? = nil, position: Position? = nil,
        systemError: Int32? = nil
    ) {
        self.code = code
        self.what = what
        self.why = why
        self.remedy = remedy
        self.place = place
        self.stream = stream
        self.actual = actual
        self.position = position
        self.systemError = systemError
    }
}

extension StoreError {
    /// The same, with another reason or another place.
    package func with(
        why: String? = nil, remedy: String? = nil, place: String? = nil,
        actual: StreamState? = nil
    ) -> StoreError {
        var error = StoreError(
            code, what, why: why ?? self.why, remedy: remedy ?? self.remedy,
            place: place ?? self.place, stream: stream, actual: actual ?? self.actual,
            position: position, systemError: systemError)
        error.recorded = recorded
        return error
    }

    /// The same, of one journal among several.
    package func inJournal(_ name: String) -> StoreError {
        with(place: "journal \(Self.quoted(name))" + (place.map { ", \($0)" } ?? ""))
    }
}

extension StoreError: CustomStringConvertible {
    public var description: String {
        "\(what): \(why)\(place.map { " (\($0))" } ?? ""). \(remedy)"
    }
}

extension StoreError.Code {
    // Refused: nothing was recorded, and the journal is as it was.

    /// A stream is not as its condition says; `actual` tells how it is.
    public static let wrongRevision = Self("wrongRevision")
    /// An event that matches the append's query stands after its position; `position` tells the first.
    public static let conflict = Self("conflict")
    /// A tombstoned stream: nothing can be written to it or read from it.
    public static let streamDeleted = Self("streamDeleted")
    /// No such stream, or nothing left in it.
    public static let streamNotFound = Self("streamNotFound")
    /// A consumer's token, or a system record's sequence, is not the one expected.
    public static let wrongToken = Self("wrongToken")
    /// Some of the ids were recorded before, but not all of them, or not as one append.
    public static let partialDuplicate = Self("partialDuplicate")
    /// The query condition reaches back over too many events to be checked, or to find an earlier try.
    public static let conditionTooOld = Self("conditionTooOld")
    /// A field that cannot be: an empty or over-long name, a control character, a position beyond the head.
    public static let invalid = Self("invalid")
    /// Over one of the `Limits`.
    public static let tooLarge = Self("tooLarge")
    /// No room on the device. It heals by itself when there is some.
    public static let diskFull = Self("diskFull")
    /// A server has as much to do as it takes at a time, or holds as much as it may. Try again a little later.
    public static let busy = Self("busy")
    /// The store was closed.
    public static let closed = Self("closed")
    /// Opened for reading only.
    public static let readOnly = Self("readOnly")

    // The journal stopped.

    /// A write or sync failed earlier: no more appends until the store is opened again; reads go on.
    public static let poisoned = Self("poisoned")
    /// It is not known whether the append was recorded. Repeat it with the same ids after reopening.
    public static let outcomeUnknown = Self("outcomeUnknown")

    // The store cannot be read as asked.

    /// Bytes that were durable are damaged.
    public static let corrupt = Self("corrupt")
    /// Another process has the store open for writing.
    public static let locked = Self("locked")
    /// There is no store, and none was to be made.
    public static let notFound = Self("notFound")
    /// Written by a later version of Daybook.
    public static let newerFormat = Self("newerFormat")
    /// Written by an earlier version of Daybook, in a format that is no longer read.
    public static let olderFormat = Self("olderFormat")
    /// Some of it is compressed, and it was opened without compression.
    public static let needsCompression = Self("needsCompression")
    /// A checkpoint of another journal, or of a history that is no more.
    public static let wrongCheckpoint = Self("wrongCheckpoint")
    /// The task that reads was cancelled.
    public static let cancelled = Self("cancelled")
    /// The system refused a read or an open.
    public static let inputOutput = Self("inputOutput")
}
