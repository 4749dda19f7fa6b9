internal import Daybook
internal import DaybookBytes
internal import DaybookJSON

/// What is wrong with a line, and where in it.
struct LineError: Error, Equatable {
    /// The byte in the line, from 1.
    let column: Int
    let why: String
    let remedy: String

    init(at offset: Int, _ why: String, remedy: String) {
        column = offset + 1
        self.why = why
        self.remedy = remedy
    }

    /// What the store would say.
    init(_ error: StoreError, at offset: Int) {
        self.init(at: offset, "\(error.what): \(error.why)", remedy: error.remedy)
    }

    init(_ error: JSONError) {
        self.init(
            at: error.offset, error.description,
            remedy: "Each line has to be one JSON object in UTF-8; `daybook help format` shows it.")
    }

    /// Takes the fields of a line one after another.
    static func forEachField(
        of line: RawSpan, _ take: (JSONField) throws -> Void
    ) throws(LineError) {
        do {
            var fields = try JSONScanner(fieldsOf: line)
            while let field = try fields.nextField() { try take(field) }
        } catch let error as JSONError {
            throw LineError(error)
        } catch let error as LineError {
            throw error
        } catch {
            preconditionFailure("a line throws its own errors: \(error)")
        }
    }
}

/// A line of an import, read field by field without building a tree.
struct ImportLine {
    var stream: String?
    /// The revision that `v` or `revision` says it has, and where.
    typealias Claim = (value: Revision, offset: Int)

    var revision: Claim?
    private var type: String?
    private var event = Event(id: EventID(high: 0, low: 0), type: "")
    private var hasID = false
    /// It was recorded before: the streams of the system are as good as any.
    var isExact = false
    /// Bits by field: what stood in the line so far.
    private var seen: UInt32 = 0

    /// Reads a line.
    /// - Parameters:
    ///   - identity: gives an id where the line has none.
    ///   - isExact: whether it says what was recorded, and not what is to be.
    static func parse(
        _ line: RawSpan, number: Int, _ identity: inout LineIdentity, isExact: Bool = false
    ) throws(LineError) -> (entry: Append.Entry, revision: Claim?) {
        var parsed = ImportLine()
        parsed.isExact = isExact
        try LineError.forEachField(of: line) { field in try parsed.take(field, in: line) }
        if !parsed.hasID { parsed.event.id = identity.id(ofLine: number) }
        return (try parsed.finish(), parsed.revision)
    }

    private mutating func take(_ field: JSONField, in line: RawSpan) throws {
        let named =
            if let plain = field.key.plainText {
                ImportField.named(line.extracting(plain))
            } else {
                ImportField.named(Array(try field.name(in: line).utf8).rawSpan)
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
        _ field: ImportField, _ value: JSONSlice, in line: RawSpan
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

    private mutating func finish() throws(LineError) -> Append.Entry {
        guard let stream else { throw missing("stream") }
        guard let type else { throw missing("type") }
        event.type = type
        let size = EventRecord.size(of: event, stream: stream)
        guard size <= Limits.eventBytesMax else {
            throw LineError(
                at: 0,
                "the event would have \(size) bytes, and an event has at most "
                    + "\(Quantity.bytes(Limits.eventBytesMax))",
                remedy: "Keep the large part elsewhere, and record where and its digest.")
        }
        return Append.Entry(stream: stream, event: event)
    }

    private func missing(_ field: String) -> LineError {
        LineError(
            at: 0, "the field `\(field)` is missing",
            remedy: "Every line needs `stream` and `type`; `daybook help format` lists the fields.")
    }

    private func unknown(_ field: JSONField, in line: RawSpan) throws -> LineError {
        let name = try field.name(in: line)
        if name == "exact" {
            return LineError(
                at: field.key.range.lowerBound, "this is how an exact export begins",
                remedy: "Make a journal of it, by `daybook import --exact`.")
        }
        let meant = ImportField.nearest(to: name).map { "Did you mean `\($0)`? " } ?? ""
        return LineError(
            at: field.key.range.lowerBound,
            "the field `\(name.shortened(to: 60))` is unknown, and passing over it would lose it",
            remedy: meant
                + "Put it into `data` or `metadata`; `daybook help format` lists the fields.")
    }
}
