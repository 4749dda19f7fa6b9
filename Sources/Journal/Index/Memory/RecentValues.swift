internal import Daybook
internal import DaybookBytes

/// The marks of consumers and the system records that some frames set or removed.
struct RecentValues: Sendable {
    /// By consumer.
    private var marks: [Spelling: TrackingToken] = [:]
    /// The value, nil where it was removed.
    private var records: [RecordKey: RecordValue?] = [:]
    /// The number of the last system record.
    private(set) var last: UInt64 = 0
    /// Marks and records taken in.
    private(set) var count = 0
    /// Bytes of memory it holds, about.
    private(set) var memoryBytes = 0

    init(after record: UInt64 = 0) { last = record }

    /// - Parameter isBottom: nothing is older, so a removal need not be kept.
    mutating func take(_ fields: FrameFields, isBottom: Bool = false) {
        count += fields.records.count + (fields.tracking == nil ? 0 : 1)
        if let mark = fields.tracking {
            let token = TrackingToken(token: mark.to, note: mark.note)
            let before = marks.updateValue(token, forKey: Spelling(mark.consumer))
            memoryBytes += token.memoryBytes - (before?.memoryBytes ?? 0)
            if before == nil { memoryBytes += Self.entryBytes + mark.consumer.utf8.count }
        }
        for (offset, entry) in fields.records.enumerated() {
            last = fields.firstRecord + UInt64(offset)
            let value = entry.value.map { RecordValue(key: entry.key, value: $0, sequence: last) }
            let key = RecordKey(entry.owner, entry.key)
            let keyBytes = Self.entryBytes + entry.owner.utf8.count + entry.key.utf8.count
            if value == nil && isBottom {
                guard let before = records.removeValue(forKey: key) else { continue }
                memoryBytes -= keyBytes + (before?.value.count ?? 0)
            } else {
                let before = records.updateValue(value, forKey: key)
                if before == nil { memoryBytes += keyBytes }
                memoryBytes += (value?.value.count ?? 0) - (before??.value.count ?? 0)
            }
        }
    }
    /// What an entry takes beside its key and its value, about.
    private static let entryBytes = 128

    /// The mark of a consumer, nil where nothing was said of it.
    func tracking(_ consumer: String) -> TrackingToken? { marks[Spelling(consumer)] }

    /// The outer nil: nothing was said of it.
    func record(_ key: RecordKey) -> RecordValue?? { records[key] }
}

// Values under names of a run: of a consumer, varint length and bytes of the token, then the
// note; of a system record, varint its number, then its bytes; empty where it was removed. The name of a
// system record is owner, 0, key: no name holds a 0.
extension RecentValues {
    /// Writes all of them, in the order of runs.
    func write(to writer: inout RunWriter) throws(RunFailure) {
        for name in trackingNames() + recordNames() {
            try writer.addName(name.kind, name.name.rawSpan, value: name.value.rawSpan)
        }
    }

    /// The marks of consumers as names with their values, in order.
    func trackingNames() -> [RunName] {
        marks.sorted { $0.key.name.precedes($1.key.name) }.map { consumer, token in
            RunName(
                kind: RunName.Kind.tracking.rawValue, name: Array(consumer.name.utf8),
                value: token.encoded())
        }
    }

    /// The system records as names with their values, in order.
    func recordNames() -> [RunName] {
        let all = records.map { key, value in
            RunName(
                kind: RunName.Kind.record.rawValue, name: RunName.record(key),
                value: value?.encoded() ?? [])
        }
        return all.sorted { $0.name.lexicographicallyPrecedes($1.name) }
    }
}

extension RunName {
    static func record(_ key: RecordKey) -> [UInt8] {
        Array(key.owner.name.utf8) + [0] + Array(key.key.name.utf8)
    }
}

extension TrackingToken {
    fileprivate var memoryBytes: Int { token.count + note.count }

    fileprivate func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.appendVarint(UInt64(token.count))
        writer.append(token)
        writer.append(note)
        return writer.bytes.copied()
    }

    /// Nil where the bytes are none.
    init?(decoding value: [UInt8]) {
        guard let (length, at) = value.rawSpan.varint(at: 0), length <= UInt64(value.count - at)
        else { return nil }
        let end = at + Int(length)
        self.init(token: Array(value[at..<end]), note: Array(value[end...]))
    }
}

extension RecordValue {
    fileprivate func encoded() -> [UInt8] {
        var writer = ByteWriter(capacity: value.count + 10)
        writer.appendVarint(sequence)
        writer.append(value)
        return writer.bytes.copied()
    }

    /// Nil where the bytes are none.
    init?(key: String, decoding value: [UInt8]) {
        guard let (sequence, at) = value.rawSpan.varint(at: 0) else { return nil }
        self.init(key: key, value: Array(value[at...]), sequence: sequence)
    }
}
