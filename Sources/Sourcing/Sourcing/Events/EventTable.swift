internal import Daybook
internal import DaybookBytes
internal import DaybookCoding

/// Reads events of one type, of its present version.
private final class EventReader<Events>: Sendable {
    let read: @Sendable (PayloadDecoder, RawSpan) throws -> Events
    init(_ member: EventMember<Events>) { read = member.read }
}

/// What a catalog says of a name.
// A class without parameters, as each event is looked up here: to copy all that a row holds, or to ask at run time for types
// that depend on the set, takes longer than to decode a payload.
private final class EventRow: Sendable {
    let name: [UInt8]
    let entry: CatalogEntry
    let version: Int
    let isIgnored: Bool
    /// An `EventReader` of the set; nil for a type that is none of it.
    let reader: (any AnyObject & Sendable)?
    /// Whether its events may turn out to be of the set.
    let concerns: Bool

    init<Events>(
        _ name: String, _ entry: CatalogEntry, _ members: [ObjectIdentifier: EventMember<Events>]
    ) {
        self.name = Array(name.utf8)
        self.entry = entry
        version = entry.type.version
        isIgnored = if case .ignored = entry.kind { true } else { false }
        reader = entry.payload.flatMap { members[ObjectIdentifier($0)] }.map(EventReader.init)
        concerns = entry.payloads.contains { members[ObjectIdentifier($0)] != nil }
    }

    func isNamed(_ bytes: RawSpan) -> Bool {
        let name = name
        return name.rawSpan.isEqual(to: bytes)
    }
}

/// How the events of a set are read, as a catalog says: by the name that each was recorded under.
struct EventTable<Events: EventSet>: Sendable {
    /// Two slots a name or more, the first free one behind the hash.
    private var slots: [EventRow?]
    private let members: [ObjectIdentifier: EventMember<Events>]
    private let unknown: EventCatalog.Unknown

    /// - Throws: `invalidCatalog` where a type of the set is not in the catalog, or twice in the set.
    init(_ catalog: EventCatalog) throws(SourcingError) {
        var members: [ObjectIdentifier: EventMember<Events>] = [:]
        for member in Events.members {
            let type = member.payload.eventType
            if catalog.entry(of: member.payload) == nil {
                throw .notInCatalog(type, why: "\(Events.self) has a case for it")
            }
            if members.updateValue(member, forKey: ObjectIdentifier(member.payload)) != nil {
                throw SourcingError(
                    .invalidCatalog, "\(Events.self) names '\(type.name)' twice",
                    why: "each type is one case",
                    remedy: "Leave one line of 'members' out.", place: "\(Events.self)")
            }
        }
        self.members = members
        unknown = catalog.unknown
        let names = catalog.entries.reduce(0) { $0 + 1 + $1.formerNames.count }
        var size = 16
        while size < 2 * names { size *= 2 }
        slots = Array(repeating: nil, count: size)
        for entry in catalog.entries {
            for name in [entry.type.name] + entry.formerNames {
                add(EventRow(name, entry, members))
            }
        }
    }

    /// An event that is no member of the set could be recorded, and never be read as one of it.
    /// - Throws: `invalidCatalog`.
    func check(_ payload: any DomainEvent.Type) throws(SourcingError) {
        if members[ObjectIdentifier(payload)] != nil { return }
        throw SourcingError(
            .invalidCatalog, "\(payload) is not among the members of \(Events.self)",
            why: "it is to be recorded or decided on, and could not be read",
            remedy: "Add a line for its case to 'members'.",
            place: "type '\(payload.eventType.name)'")
    }

    private mutating func add(_ row: EventRow) {
        let name = row.name
        var slot = Self.hash(name.rawSpan) & (slots.count - 1)
        while slots[slot] != nil { slot = (slot + 1) & (slots.count - 1) }
        slots[slot] = row
    }

    /// A hash of all bytes, eight at a time: names are short, and a few.
    private static func hash(_ bytes: RawSpan) -> Int {
        var hash = UInt64(truncatingIfNeeded: bytes.byteCount)
        var at = 0
        while at + 8 <= bytes.byteCount {
            hash = (hash ^ bytes.u64(at: at)) &* 0x9E37_79B9_7F4A_7C15
            at += 8
        }
        if at < bytes.byteCount, at > 0 {
            hash = (hash ^ bytes.u64(at: bytes.byteCount - 8)) &* 0x9E37_79B9_7F4A_7C15
        } else {
            while at < bytes.byteCount {
                hash = (hash ^ UInt64(bytes.u8(at: at))) &* 0x9E37_79B9_7F4A_7C15
                at += 1
            }
        }
        // The high bits hold most of it.
        return Int(truncatingIfNeeded: hash >> 40)
    }

    private func row(of name: RawSpan) -> EventRow? {
        var slot = Self.hash(name) & (slots.count - 1)
        while let row = slots[slot] {
            if row.isNamed(name) { return row }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    /// Reads an event as one of the set: as none where it is passed over, as several where it became several.
    /// - Parameters:
    ///   - tags: Nil where it was read for the set alone. Otherwise what is in the catalog and none of the set is others',
    ///     and so is of several events that it became each that has not all of these tags.
    ///   - take: called with each.
    /// - Throws: `unknownEvent`, `unreadable`, and what `take` throws.
    func read(
        _ event: borrowing EventView, _ decoders: inout PayloadDecoders,
        sharedBy tags: Set<String>? = nil,
        _ take: (Events) throws -> Void
    ) throws {
        guard let row = row(of: event.typeBytes) else {
            return try readUnknown(event, "the catalog has no line for it", take)
        }
        if row.isIgnored { return }
        if tags != nil && !row.concerns { return }
        let version = EventMetadata.version(in: event.metadataBytes)
        let decoder = try decoders.decoder(of: event)
        if version == row.version, let reader = row.reader {
            // Safe: the readers of a table are made for its set.
            let reader = unsafe unsafeDowncast(reader, to: EventReader<Events>.self)
            let value: Events
            do { value = try reader.read(decoder, event.dataBytes) } catch {
                throw SourcingError.unreadable(
                    RecordedEvent(event), why: SourcingError.words(of: error))
            }
            return try take(value)
        }
        try readOther(event, version, row, decoder, sharedBy: tags, take)
    }

    /// Reads an event of an older version, or of none that is known, or of another set.
    // Apart, and kept apart: what it needs on the stack is of types that have to be asked for at run time.
    @inline(never)
    private func readOther(
        _ event: borrowing EventView, _ version: Int, _ row: EventRow, _ decoder: PayloadDecoder,
        sharedBy tags: Set<String>?, _ take: (Events) throws -> Void
    ) throws {
        if let older = row.entry.older[version] {
            let payloads: [any DomainEvent]
            do { payloads = try older(decoder, event.dataBytes) } catch {
                throw SourcingError.unreadable(
                    RecordedEvent(event), why: SourcingError.words(of: error))
            }
            for payload in payloads {
                if payloads.count > 1, let tags, !tags.isSubset(of: payload.tags) { continue }
                if let value = members[ObjectIdentifier(type(of: payload))]?.wrap(payload) {
                    try take(value)
                } else if tags == nil {
                    try readUnknown(
                        event,
                        "\(type(of: payload)), which it became, is no case of \(Events.self)", take)
                }
            }
            return
        }
        if row.reader == nil && version == row.version {
            if tags != nil { return }
            return try readUnknown(
                event, "it is in the catalog, and no case of \(Events.self)", take)
        }
        let why =
            version > row.version
            ? "the catalog knows its versions up to \(row.version): a later program has recorded it"
            : "its entry says that version \(version) was never recorded"
        try readUnknown(event, why, take)
    }

    private func readUnknown(
        _ event: borrowing EventView, _ why: @autoclosure () -> String,
        _ take: (Events) throws -> Void
    ) throws {
        switch unknown {
        case .skip: return
        case .raw:
            if let value = Events.unknown(RecordedEvent(event)) { try take(value) }
        case .fail:
            throw SourcingError.unknownEvent(
                RecordedEvent(event), version: EventMetadata.version(in: event.metadataBytes),
                why: why())
        }
    }
}
