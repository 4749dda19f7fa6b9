internal import DaybookBytes
internal import DaybookJSON

/// What the metadata of a stream say: how much of it is kept, and what its users put there.
///
/// It is a JSON object, in an event of type `$metadata` in the stream `$$s`; the last one counts. The names are those
/// of KurrentDB. An append with metadata that cannot be read is refused.
public struct StreamMetadata: Hashable, Sendable {
    /// `$tb`: events before this revision are gone; ``truncatesAll``: those recorded before these metadata.
    public var truncateBefore: Revision?
    /// `$maxCount`: events before the last so many are gone. As KurrentDB has it, 0 is no limit: it becomes nil.
    public var maxCount: UInt64? { didSet { maxCount = Self.limit(maxCount) } }
    /// `$maxAge`: events recorded longer ago than so many seconds are gone. 0 is no limit, as that of `maxCount`.
    public var maxAgeSeconds: UInt64? { didSet { maxAgeSeconds = Self.limit(maxAgeSeconds) } }
    /// All other fields, the users' own, as a JSON object; also a limit of 0 as it was written.
    private var others = JSONObject()

    /// Metadata that keep everything.
    public init(
        truncateBefore: Revision? = nil, maxCount: UInt64? = nil, maxAgeSeconds: UInt64? = nil
    ) {
        self.truncateBefore = truncateBefore
        self.maxCount = Self.limit(maxCount)
        self.maxAgeSeconds = Self.limit(maxAgeSeconds)
    }

    /// Reads metadata; no bytes at all are metadata that say nothing, and so are limits of 0.
    /// - Throws: `invalid` where they are no JSON object, or a field is not what it has to be.
    public init(decoding bytes: [UInt8]) throws(StoreError) {
        self.init()
        if bytes.isEmpty { return }
        let value: JSONValue
        do throws(JSONError) { value = try JSONValue(parsing: bytes) } catch {
            throw .unreadableMetadata(why: "\(error)")
        }
        guard case .object(let object) = value else {
            throw .unreadableMetadata(why: "they are JSON, and no object")
        }
        others = object
        truncateBefore = try take(Self.truncateBeforeKey)
        maxCount = try takeLimit(Self.maxCountKey)
        maxAgeSeconds = try takeLimit(Self.maxAgeKey)
    }

    /// As the data of an event.
    public var encoded: [UInt8] {
        var object = others
        for (key, value) in [
            (Self.truncateBeforeKey, truncateBefore), (Self.maxCountKey, maxCount),
            (Self.maxAgeKey, maxAgeSeconds),
        ] {
            if let value { object[key] = .number(JSONNumber(value)) }
        }
        return Array("\(JSONValue.object(object))".utf8)
    }

    /// The greatest revision, 2⁶³ − 1, before which KurrentDB's clients truncate a stream to delete it: what they append
    /// afterwards is there.
    public static let truncatesAll = Revision(Int64.max)

    private static let truncateBeforeKey = "$tb"
    private static let maxCountKey = "$maxCount"
    private static let maxAgeKey = "$maxAge"
    /// Some 139,000 years: as microseconds it fits into a `Timestamp`, with room for now.
    private static let maxAgeSecondsMax: UInt64 = 1 << 42

    private mutating func take(_ key: String) throws(StoreError) -> UInt64? {
        guard let value = others.removeValue(forKey: key), !value.isNull else { return nil }
        let most = key == Self.maxAgeKey ? Self.maxAgeSecondsMax : UInt64(Int64.max)
        guard let number = value.asInt64, number >= 0, UInt64(number) <= most else {
            throw .unreadableMetadata(why: "\(key) is no whole number from 0 to \(most)")
        }
        return UInt64(number)
    }

    /// A limit of 0 is none, and stays where it is.
    private mutating func takeLimit(_ key: String) throws(StoreError) -> UInt64? {
        let written = others
        let number = try take(key)
        if number == 0 { others = written }
        return Self.limit(number)
    }

    private static func limit(_ number: UInt64?) -> UInt64? { number == 0 ? nil : number }
}

extension StreamMetadata {
    /// Whether anything can be gone by them.
    package var hidesSomething: Bool {
        truncateBefore != nil || maxCount != nil || maxAgeSeconds != nil
    }

    /// The revision before which events are gone by revision and count, where the next event will have `next`.
    package func firstRevision(next: Revision) -> Revision {
        let counted = maxCount.map { next > $0 ? next - $0 : 0 } ?? 0
        return max(truncateBefore ?? 0, counted)
    }

    /// Events recorded before it are gone by age; nil where there is no limit.
    package func recordedSince(_ now: Timestamp) -> Timestamp? {
        maxAgeSeconds.map {
            let seconds = Int64(min($0, Self.maxAgeSecondsMax))
            return Timestamp(microseconds: now.microseconds - seconds * 1_000_000)
        }
    }
}

extension EventStore {
    /// What the metadata of a stream say; nothing where none were set.
    /// - Throws: `invalid` where they cannot be read, and as reading does.
    public func streamMetadata(of stream: String) async throws(StoreError) -> StreamMetadata {
        try StreamMetadata(decoding: try await metadata(of: stream) ?? [])
    }

    /// Sets the metadata of a stream; `condition` is about the metadata stream.
    @discardableResult
    public func setMetadata(
        _ metadata: StreamMetadata, of stream: String, expecting condition: StreamCondition = .any
    ) async throws(StoreError) -> Appended {
        try await setMetadata(metadata.encoded, of: stream, expecting: condition)
    }

    /// Changes the metadata of a stream and keeps what else they say. Where somebody else changes them meanwhile it is
    /// done again, a few times. Where they truncate all, `body` is given the revision that this came to: said again
    /// as it was it would hide what was recorded since.
    /// - Throws: as `append`; `wrongRevision` where others were faster each time.
    @discardableResult
    public func updateMetadata(
        of stream: String, _ body: @Sendable (inout StreamMetadata) -> Void
    ) async throws(StoreError) -> Appended {
        var tries = 1
        while true {
            // Asked first: whatever is recorded in this stream from now on is noticed by the condition.
            let before = try await self.stream(StreamName.metadata(of: stream)).state
            let said = try await lastMetadata(of: stream)
            var metadata = try StreamMetadata(decoding: said?.data ?? [])
            if let said, metadata.truncateBefore == StreamMetadata.truncatesAll {
                metadata.truncateBefore = try await firstRevision(
                    of: stream, behind: said.position)
            }
            body(&metadata)
            let condition: StreamCondition =
                if case .live(let last) = before { .revision(last) } else { .none }
            do throws(StoreError) {
                return try await setMetadata(metadata, of: stream, expecting: condition)
            } catch {
                if error.code != .wrongRevision || tries == 8 { throw error }
            }
            tries += 1
        }
    }

    /// The revision of the first event of a stream behind a position that is there, also one that metadata hide; where
    /// none is, that of the next one.
    private func firstRevision(
        of stream: String, behind position: Position
    ) async throws(StoreError) -> Revision {
        // Asked first: what comes between the two is found by the second.
        let next = try await self.stream(stream).state.next
        let read = Read(
            .query(Query([Query.Item(stream: stream)])), from: .position(position + 1), limit: 1,
            includesSystemStreams: true)
        return try await events(read).first?.revision ?? next
    }

    /// Hides the events of a stream before a revision, for good: compaction may remove them. Truncating before an
    /// earlier revision than before hides nothing more, and brings nothing back. A revision behind the last means all
    /// that is there, and nothing that is recorded later.
    /// - Returns: nil where all before it is hidden already: nothing is appended then.
    /// - Throws: `streamNotFound`, `streamDeleted`; as `updateMetadata`.
    @discardableResult
    public func truncate(
        _ stream: String, before revision: Revision
    ) async throws(StoreError) -> Appended? {
        let state = try await self.stream(stream).state
        switch state {
        case .never, .onlyMetadata: throw .streamNotFound(stream, actual: state)
        case .tombstoned: throw .streamDeleted(stream, actual: state)
        case .live, .softDeleted: break
        }
        let first = min(revision, state.next)
        let said = try await streamMetadata(of: stream).truncateBefore ?? 0
        if said >= first && said != StreamMetadata.truncatesAll { return nil }
        return try await updateMetadata(of: stream) {
            $0.truncateBefore = max($0.truncateBefore ?? 0, first)
        }
    }
}

extension StoreError {
    fileprivate static func unreadableMetadata(why: String) -> StoreError {
        .invalid(
            "The metadata of the stream cannot be read", why: why,
            remedy: "Give a JSON object; $tb, $maxCount and $maxAge are whole numbers.")
    }
}
