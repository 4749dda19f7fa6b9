package import DaybookBytes

/// The events of an append as the records that the journal keeps, one behind the other: checked and encoded as they come.
package struct EncodedEvents: ~Copyable, Sendable {
    /// Events one behind the other that go to one stream.
    package struct Run: Sendable {
        package let stream: String
        /// The number of the first.
        package let first: Int
    }

    /// All that the journal needs. Of one event, as most appends have, nothing lies in an array.
    package struct Parts: Sendable {
        /// With zeros where the journal fills in.
        package let records: SharedBytes
        package let count: Int
        /// By event but the first, where its record begins.
        package let laterStarts: [Int]
        /// The stream of the first event; nil where there is none.
        package let stream: String?
        /// All but the first.
        package let laterRuns: [Run]
    }

    private var writer: ByteWriter
    package private(set) var count = 0
    private var laterStarts: [Int] = []
    private var firstStream: String?
    private var laterRuns: [Run] = []

    /// Room for `capacity` bytes before the first growth.
    package init(capacity: Int) { writer = ByteWriter(capacity: capacity) }

    /// Gives what was written away, without a copy.
    package consuming func finish() -> Parts {
        let (count, laterStarts) = (count, laterStarts)
        let (firstStream, laterRuns) = (firstStream, laterRuns)
        return Parts(
            records: writer.finish(), count: count, laterStarts: laterStarts, stream: firstStream,
            laterRuns: laterRuns)
    }

    /// Checks an event and encodes it. Once one was refused, nothing is added any more.
    /// - Throws: `invalid`, `tooLarge`.
    package mutating func add(
        _ event: borrowing EventFields, to stream: String
    ) throws(StoreError) {
        let number = count
        let last = laterRuns.last?.stream ?? firstStream
        let isNewRun = last?.isSpelled(as: stream) != true
        if isNewRun { try StreamName.validateWritten(stream, place: "event \(number)") }
        try event.validate(in: stream, place: Self.place(stream, number))
        let size = event.recordBytes(streamBytes: stream.utf8.count)
        if size > Limits.eventBytesMax {
            throw .tooLarge(
                "An event", size, limit: Limits.eventBytesMax, named: "eventBytesMax",
                place: Self.place(stream, number))
        }
        try Self.validate(count: number + 1)
        if writer.count + size > Limits.appendBytesMax {
            throw .tooLarge(
                "An append", writer.count + size, limit: Limits.appendBytesMax,
                named: "appendBytesMax")
        }
        encode(event, to: stream, bytes: size, isNewRun)
    }

    /// Encodes an event that only the system may record.
    package mutating func add(system event: Event, to stream: String) {
        event.withFields { fields in
            encode(
                fields, to: stream, bytes: fields.recordBytes(streamBytes: stream.utf8.count), true)
        }
    }

    private mutating func encode(
        _ event: borrowing EventFields, to stream: String, bytes: Int, _ isNewRun: Bool
    ) {
        if count == 0 {
            firstStream = stream
        } else {
            laterStarts.append(writer.count)
            if isNewRun { laterRuns.append(Run(stream: stream, first: count)) }
        }
        count += 1
        EventRecord.encode(event, stream: stream, bytes: bytes, into: &writer)
    }

    private static func place(_ stream: String, _ number: Int) -> String {
        "stream \(StoreError.quoted(stream)), event \(number)"
    }
}

extension EncodedEvents {
    static func validate(count: Int) throws(StoreError) {
        if count > Limits.appendEventsMax {
            throw .tooLarge(
                "The number of events in an append", count, limit: Limits.appendEventsMax,
                named: "appendEventsMax")
        }
    }

    /// Checks what can be said of all of them together, and of the conditions under which they are to be recorded.
    /// - Throws: `invalid`, `tooLarge`.
    package func validate(expecting conditions: [String: StreamCondition]) throws(StoreError) {
        if laterRuns.count + 1 + conditions.count > Limits.appendStreamsMax {
            try validateStreamCount(conditions)
        }
        if !conditions.isEmpty {
            if let firstStream { try Self.validate(firstStream, 0, conditions) }
            for run in laterRuns { try Self.validate(run.stream, run.first, conditions) }
            for stream in conditions.keys { try StreamName.validate(stream) }
        }
        if count > 1 { try validateIDs() }
    }

    private static func validate(
        _ stream: String, _ number: Int, _ conditions: [String: StreamCondition]
    ) throws(StoreError) {
        if conditions.hasOtherSpelling(of: stream) {
            throw .twoSpellings(stream, place: place(stream, number))
        }
    }

    private func validateStreamCount(_ conditions: [String: StreamCondition]) throws(StoreError) {
        var names: Set<Spelling> = []
        for stream in laterRuns.map(\.stream) + [firstStream].compactMap(\.self)
        where conditions[stream] == nil { names.insert(Spelling(stream)) }
        let streams = conditions.count + names.count
        if streams > Limits.appendStreamsMax {
            throw .tooLarge(
                "The number of streams an append names", streams, limit: Limits.appendStreamsMax,
                named: "appendStreamsMax")
        }
    }

    /// The same id may stand in two streams, but not twice in one.
    private func validateIDs() throws(StoreError) {
        var seen = IDTable(capacity: count)
        for number in 0..<count {
            let id = EventRecord.id(in: writer.bytes, at: start(of: number))
            let isNew = seen.insert(id, number) { earlier in
                EventRecord.isSameEvent(in: writer.bytes, at: start(of: earlier), start(of: number))
            }
            if !isNew { throw .idTwice(id, place: Self.place(stream(of: number), number)) }
        }
    }

    private func start(of number: Int) -> Int { number == 0 ? 0 : laterStarts[number - 1] }

    private func stream(of number: Int) -> String {
        laterRuns.last { $0.first <= number }?.stream ?? firstStream ?? ""
    }
}

/// Which events were seen, by their ids: open addressing, without the cost of a general hash.
private struct IDTable: ~Copyable {
    /// In each the number of an event, from 1, and the upper 32 bits of its hash, so that few others need be looked at; 0
    /// where there is none.
    private var slots: [UInt64]

    init(capacity: Int) {
        var size = 16
        while size < 2 * capacity { size *= 2 }
        slots = Array(repeating: 0, count: size)
    }

    /// Nobody outside can choose ids that all fall into one place.
    private static let processKey = EventID().low | 1
    private static let numberMask: UInt64 = 1 << 32 - 1

    /// Whether no event was inserted that is the same.
    /// - Parameter isSame: whether it is one of those that were.
    mutating func insert(_ id: EventID, _ number: Int, isSame: (Int) -> Bool) -> Bool {
        let mask = slots.count - 1
        let product = (id.low ^ Self.processKey).multipliedFullWidth(
            by: id.high ^ Self.processKey &* 0x9E37_79B9_7F4A_7C15)
        let hash = product.high ^ product.low
        let upper = hash & ~Self.numberMask
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot] != 0 {
            let earlier = Int(slots[slot] & Self.numberMask) - 1
            if slots[slot] & ~Self.numberMask == upper, isSame(earlier) { return false }
            slot = (slot + 1) & mask
        }
        slots[slot] = upper | UInt64(number + 1)
        return true
    }
}
