internal import DaybookBytes

extension Append {
    /// Checks everything about an append that can be said without looking into the journal.
    /// - Throws: `invalid`, `tooLarge`.
    package func validate() throws(StoreError) { _ = try encodedEvents() }

    /// The same, and encodes its events.
    package func encodedEvents() throws(StoreError) -> EncodedEvents {
        try EncodedEvents.validate(count: entries.count)
        var events = EncodedEvents(capacity: encodedBytesAbout)
        let entries = entries.span
        for index in entries.indices {
            // Taken out once: each look at an element counts references to all it is made of.
            let entry = entries[index]
            try entry.event.withFields { (fields) throws(StoreError) in
                try events.add(fields, to: entry.stream)
            }
        }
        try terms.validate(events)
        return events
    }

    private var encodedBytesAbout: Int {
        let entries = entries.span
        var size = 0
        for index in entries.indices {
            size += 96 + entries[index].event.data.count + entries[index].event.metadata.count
        }
        return min(size, Limits.appendBytesMax)
    }
}

extension [String: StreamCondition] {
    /// Whether there is a condition of a stream whose name has the same characters in other bytes: a dictionary keeps no
    /// two of them apart.
    package func hasOtherSpelling(of stream: String) -> Bool {
        index(forKey: stream).map { !self[$0].key.isSpelled(as: stream) } ?? false
    }
}

extension EventFields {
    /// Checks the names of an event and how many tags it has; and that metadata of a stream can be read: otherwise it would
    /// be obeyed by halves.
    func validate(in stream: String, place: @autoclosure () -> String?) throws(StoreError) {
        try NameKind.type.validate(type, place: place())
        if type.u8(at: 0) == UInt8(ascii: "$") {
            try validateSystemType(in: stream, place: place())
        }
        if contentTypeNumber == 0 {
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

    private func validateSystemType(
        in stream: String, place: @autoclosure () -> String?
    ) throws(StoreError) {
        let type = type.text()
        if type.isSpelled(as: SystemType.softDeleted) || type.isSpelled(as: SystemType.tombstoned) {
            throw .reservedType(type, place: place())
        }
        guard stream.utf8.starts(with: "$$".utf8), type.isSpelled(as: SystemType.metadata) else {
            return
        }
        do throws(StoreError) { _ = try StreamMetadata(decoding: data.copied()) } catch {
            throw .invalid(error.what, why: error.why, remedy: error.remedy, place: place())
        }
    }
}
