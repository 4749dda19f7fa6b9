package import Daybook
internal import DaybookBytes
internal import DaybookJSON

/// An event that is to be recorded, read from its line field by field without building a tree.
package struct ProposedLine {
    /// The stream that the line names.
    package private(set) var stream: String?
    /// Its id is to be given where the line has none.
    package private(set) var event = Event(id: EventID(high: 0, low: 0), type: "")
    package private(set) var hasID = false
    /// The revision that `v` or `revision` says it has, and where.
    package typealias Claim = (value: Revision, offset: Int)

    package private(set) var revision: Claim?
    private var type: String?
    /// It was recorded before: the streams of the system are as good as any.
    var isExact = false
    /// Bits by field: what stood in the line so far.
    private var seen: UInt32 = 0

    /// Reads a line.
    /// - Parameters:
    ///   - stream: where it goes if it does not say so itself; nil: it has to.
    ///   - isExact: whether it says what was recorded, and not what is to be.
    package static func parse(
        _ line: RawSpan, to stream: String? = nil, isExact: Bool = false
    ) throws(LineError) -> ProposedLine {
        var parsed = ProposedLine()
        parsed.isExact = isExact
        try LineError.forEachField(of: line) { field in try parsed.take(field, in: line) }
        try parsed.finish(stream)
        return parsed
    }

    /// The event with its id and its stream, which a line that was read has.
    package func entry(id newID: () -> EventID) -> Append.Entry {
        guard let stream else { preconditionFailure("a line that was read has a stream") }
        var event = event
        if !hasID { event.id = newID() }
        return Append.Entry(stream: stream, event: event)
    }

    private mutating func take(_ field: JSONField, in line: RawSpan) throws {
        let named =
            if let plain = field.key.plainText {
                LineField.named(line.extracting(plain))
            } else {
                LineField.named(Array(try field.name(in: line).utf8).rawSpan)
            }
        guard let named else { throw try unknown(field, in: line) }
        if named == .ignored { return }
        let bit = UInt32(1) << UInt32(named.rival.rawValue)
        if seen & bit != 0 {
            throw LineError(
                at: field.key.range.lowerBound,
                "`\(try field.name(in: line))` says again what another field has said",
                remedy: "Leave one of the two out.")
        }
        seen |= bit
        try set(named, field.value, in: line)
    }

    private mutating func set(
        _ field: LineField, _ value: JSONSlice, in line: RawSpan
    ) throws {
        switch field {
        case .stream: stream = try streamName(value, in: line)
        case .type: type = try name(value, .type, in: line)
        case .data: event.data = line.extracting(value.range).copied()
        case .time: event.occurredAt = try time(value, in: line)
        case .tags: event.tags = try tags(value, in: line)
        case .id: event.id = try id(value, in: line)
        case .revision:
            let number = try value.int64(in: line)
            guard number >= 0 else {
                throw LineError(
                    at: value.range.lowerBound, "a revision is never negative",
                    remedy: "Count from 0, or leave the field out.")
            }
            revision = (UInt64(number), value.range.lowerBound)
        case .metadata: event.metadata = line.extracting(value.range).copied()
        case .dataBase64: event.data = try bytes(value, in: line)
        case .metadataBase64: event.metadata = try bytes(value, in: line)
        case .contentType: event.contentType = try name(value, .contentType, in: line)
        case .causation: event.causation = try reference(value, .causation, in: line)
        case .correlation: event.correlation = try reference(value, .correlation, in: line)
        case .removed:
            if isExact { break }
            throw LineError(
                at: value.range.lowerBound,
                "the event is one whose data were removed, and cannot be recorded anew",
                remedy: "Leave the line out, or use `import --exact` with all of the export.")
        case .ignored: break
        }
    }

    private mutating func id(_ value: JSONSlice, in line: RawSpan) throws -> EventID {
        guard let id = EventID(try value.string(in: line)) else {
            throw LineError(
                at: value.range.lowerBound, "this is no UUID",
                remedy: "Write 36 characters as uuidgen prints them, or leave the field out.")
        }
        hasID = true
        return id
    }

    private mutating func finish(_ other: String?) throws(LineError) {
        stream = stream ?? other
        guard let stream else { throw missing("stream") }
        guard let type else { throw missing("type") }
        event.type = type
        let size = EventRecord.size(of: event, stream: stream)
        guard size <= Limits.eventBytesMax else {
            throw LineError(
                at: 0,
                "the event would have \(size) bytes, and an event has at most "
                    + "\(Limits.eventBytesMax)",
                remedy: "Keep the large part elsewhere, and record where and its digest.")
        }
    }

    private func missing(_ field: String) -> LineError {
        LineError(
            at: 0, "the field `\(field)` is missing",
            remedy: "Every event needs `stream` and `type`; `daybook help format` lists the fields."
        )
    }

    private func unknown(_ field: JSONField, in line: RawSpan) throws -> LineError {
        let name = try field.name(in: line)
        if name == "exact" {
            return LineError(
                at: field.key.range.lowerBound, "this is how an exact export begins",
                remedy: "Make a journal of it, by `daybook import --exact`.")
        }
        let meant = LineField.nearest(to: name).map { "Did you mean `\($0)`? " } ?? ""
        return LineError(
            at: field.key.range.lowerBound,
            "the field `\(name.prefix(60))` is unknown, and passing over it would lose it",
            remedy: meant
                + "Put it into `data` or `metadata`; `daybook help format` lists the fields.")
    }
}
