extension Append {
    /// Checks everything about an append that can be said without looking into the journal.
    /// - Throws: `invalid`, `tooLarge`.
    package func validate() throws(StoreError) {
        if entries.isEmpty && tracking == nil && records.isEmpty { throw .emptyAppend() }
        try validateCounts()
        try validateEntries()
        for stream in conditions.keys { try StreamName.validate(stream) }
        if entries.count > 1 { try validateIDs() }
        try queryCondition?.query.validate()
        try tracking?.validate()
        try validateRecords()
    }

    private func validateCounts() throws(StoreError) {
        if entries.count > Limits.appendEventsMax {
            throw .tooLarge(
                "The number of events in an append", entries.count, limit: Limits.appendEventsMax,
                named: "appendEventsMax")
        }
        if records.count > Limits.appendRecordsMax {
            throw .tooLarge(
                "The number of records in an append", records.count, limit: Limits.appendRecordsMax,
                named: "appendRecordsMax")
        }
        guard entries.count + conditions.count > Limits.appendStreamsMax else { return }
        var streams = conditions.count
        forEachStream { name, _ in if conditions[name] == nil { streams += 1 } }
        if streams > Limits.appendStreamsMax {
            throw .tooLarge(
                "The number of streams an append names", streams, limit: Limits.appendStreamsMax,
                named: "appendStreamsMax")
        }
    }

    private func validateEntries() throws(StoreError) {
        var bytes = 0
        let entries = entries.span
        for index in entries.indices {
            // Taken out once: each look at an element counts references to all it is made of.
            let entry = entries[index]
            let stream = entry.stream
            if index == 0 || !stream.isSpelled(as: entries[index - 1].stream) {
                try StreamName.validateWritten(stream, place: "event \(index)")
                if hasCondition(ofOtherSpellingOf: stream) {
                    throw .twoSpellings(stream, place: place(of: index))
                }
            }
            try entry.event.validate(place: place(of: index))
            try entry.validateMetadata(place: place(of: index))
            let size = EventRecord.size(of: entry.event, stream: stream)
            if size > Limits.eventBytesMax {
                throw .tooLarge(
                    "An event", size, limit: Limits.eventBytesMax, named: "eventBytesMax",
                    place: place(of: index))
            }
            bytes += size
        }
        if bytes > Limits.appendBytesMax {
            throw .tooLarge(
                "An append", bytes, limit: Limits.appendBytesMax, named: "appendBytesMax")
        }
    }

    /// Whether there is a condition of a stream whose name has the same characters in other bytes: a dictionary keeps no
    /// two of them apart.
    package func hasCondition(ofOtherSpellingOf stream: String) -> Bool {
        conditions.index(forKey: stream).map { !conditions[$0].key.isSpelled(as: stream) } ?? false
    }

    private func place(of index: Int) -> String {
        "stream \(StoreError.quoted(entries[index].stream)), event \(index)"
    }

    /// The same id may stand in two streams, but not twice in one.
    private func validateIDs() throws(StoreError) {
        var seen = IDTable(capacity: entries.count)
        for index in entries.indices {
            let id = entries[index].event.id
            guard let earlier = seen.insert(id, index) else { continue }
            if isTwice(id, at: index, from: earlier) { throw .idTwice(id, place: place(of: index)) }
        }
    }

    /// Whether an id that was seen before was seen in the same stream: rare, and looked through.
    private func isTwice(_ id: EventID, at index: Int, from first: Int) -> Bool {
        for earlier in first..<index where entries[earlier].event.id == id {
            if entries[earlier].stream.isSpelled(as: entries[index].stream) { return true }
        }
        return false
    }

    private func validateRecords() throws(StoreError) {
        for record in records { try record.validate() }
        guard records.count > 1 else { return }
        var keys: Set<[[UInt8]]> = []
        for record in records {
            if !keys.insert([Array(record.owner.utf8), Array(record.key.utf8)]).inserted {
                throw .recordTwice(owner: record.owner, key: record.key)
            }
        }
    }
}

/// Which of some ids were seen: open addressing, without the cost of a general hash.
private struct IDTable: ~Copyable {
    private var ids: [EventID?]
    private var places: [Int]
    private let key: UInt64

    init(capacity: Int) {
        var size = 16
        while size < 2 * capacity { size *= 2 }
        ids = Array(repeating: nil, count: size)
        places = Array(repeating: 0, count: size)
        key = Self.processKey
    }

    /// Nobody outside can choose ids that all fall into one place.
    private static let processKey = EventID().low | 1

    /// Where the id was first seen; nil, and remembered, where it was not.
    mutating func insert(_ id: EventID, _ place: Int) -> Int? {
        let mask = ids.count - 1
        let product = (id.low ^ key).multipliedFullWidth(by: id.high ^ key &* 0x9E37_79B9_7F4A_7C15)
        var slot = Int(truncatingIfNeeded: product.high ^ product.low) & mask
        while let other = ids[slot] {
            if other == id { return places[slot] }
            slot = (slot + 1) & mask
        }
        ids[slot] = id
        places[slot] = place
        return nil
    }
}

extension Event {
    /// Checks the names of an event and how many tags it has; its size is the append's matter.
    package borrowing func validate(place: @autoclosure () -> String?) throws(StoreError) {
        try NameKind.type.validate(type, place: place())
        if type.utf8.first == UInt8(ascii: "$"),
            type.isSpelled(as: SystemType.softDeleted) || type.isSpelled(as: SystemType.tombstoned)
        {
            throw .reservedType(type, place: place())
        }
        if contentType != Event.json {
            try NameKind.contentType.validate(contentType, place: place())
        }
        if tags.count > Limits.eventTagsMax {
            throw .tooLarge(
                "The number of tags of an event", tags.count, limit: Limits.eventTagsMax,
                named: "eventTagsMax", place: place())
        }
        for tag in tags { try NameKind.tag.validate(tag, place: place()) }
        let limit = Limits.correlationBytesMax
        if let text = causation {
            try NameKind.causation.validateText(text, limit: limit, place: place())
        }
        if let text = correlation {
            try NameKind.correlation.validateText(text, limit: limit, place: place())
        }
    }
}

extension Append.Entry {
    /// Metadata of a stream that could not be read would be obeyed by halves.
    fileprivate borrowing func validateMetadata(
        place: @autoclosure () -> String?
    ) throws(StoreError) {
        guard event.type.utf8.first == UInt8(ascii: "$"), stream.utf8.starts(with: "$$".utf8),
            event.type.isSpelled(as: SystemType.metadata)
        else { return }
        do throws(StoreError) { _ = try StreamMetadata(decoding: event.data) } catch {
            throw .invalid(error.what, why: error.why, remedy: error.remedy, place: place())
        }
    }
}

extension EventRecord {
    /// How many bytes `encode` writes for an event.
    package static func size(of event: borrowing Event, stream: borrowing String) -> Int {
        var size = namesAt + stream.utf8.count + event.type.utf8.count + event.data.count
        if event.occurredAt != nil { size += 8 }
        if !event.tags.isEmpty {
            size += bytesOfVarint(event.tags.count)
            for tag in event.tags { size += prefixed(tag.utf8.count) }
        }
        if let text = event.causation { size += prefixed(text.utf8.count) }
        if let text = event.correlation { size += prefixed(text.utf8.count) }
        if !contentTypes.contains(event.contentType) {
            size += prefixed(event.contentType.utf8.count)
        }
        if !event.metadata.isEmpty { size += prefixed(event.metadata.count) }
        return size
    }

    private static func prefixed(_ count: Int) -> Int { bytesOfVarint(count) + count }

    private static func bytesOfVarint(_ value: Int) -> Int {
        value < 0x80 ? 1 : (Int.bitWidth - value.leadingZeroBitCount + 6) / 7
    }
}
