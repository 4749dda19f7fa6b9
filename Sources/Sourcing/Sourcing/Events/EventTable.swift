internal import Daybook
internal import DaybookBytes
internal import DaybookCoding

/// How the events of a set are read, as a catalog says: by the name that each was recorded under.
struct EventTable<Events: EventSet>: Sendable {
    private struct Row: Sendable {
        let name: [UInt8]
        let entry: CatalogEntry
        /// Reads the present version; nil for a type that is none of the set.
        let member: EventMember<Events>?
        /// Whether its events may turn out to be of the set.
        let concerns: Bool
    }

    /// Two slots a name or more, the first free one behind the hash; -1: none.
    private var slots: [Int]
    private var rows: [Row] = []
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
        slots = Array(repeating: -1, count: size)
        for entry in catalog.entries {
            let member = entry.payload.flatMap { members[ObjectIdentifier($0)] }
            let concerns = entry.payloads.contains { members[ObjectIdentifier($0)] != nil }
            for name in [entry.type.name] + entry.formerNames {
                add(Row(name: Array(name.utf8), entry: entry, member: member, concerns: concerns))
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

    private mutating func add(_ row: Row) {
        var slot = Self.hash(row.name.rawSpan) & (slots.count - 1)
        while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
        slots[slot] = rows.count
        rows.append(row)
    }

    /// FNV-1a, folded to an index: names are short, and a few.
    private static func hash(_ bytes: RawSpan) -> Int {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for at in 0..<bytes.byteCount {
            hash = (hash ^ UInt64(bytes.u8(at: at))) &* 0x100_0000_01B3
        }
        return Int(truncatingIfNeeded: hash ^ hash >> 32)
    }

    private func row(of name: RawSpan) -> Row? {
        var slot = Self.hash(name) & (slots.count - 1)
        while slots[slot] >= 0 {
            let row = rows[slots[slot]]
            if row.name.rawSpan.isEqual(to: name) { return row }
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
        let entry = row.entry
        if case .ignored = entry.kind { return }
        if tags != nil && !row.concerns { return }
        let version = EventMetadata.version(in: event.metadataBytes)
        let decoder = try decoders.decoder(of: event)
        if version == entry.type.version, let member = row.member {
            let value: Events
            do { value = try member.read(decoder, event.dataBytes) } catch {
                throw SourcingError.unreadable(
                    RecordedEvent(event), why: SourcingError.words(of: error))
            }
            return try take(value)
        }
        if let older = entry.older[version] {
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
        if row.member == nil && version == entry.type.version {
            if tags != nil { return }
            return try readUnknown(
                event, "it is in the catalog, and no case of \(Events.self)", take)
        }
        let why =
            version > entry.type.version
            ? "the catalog knows its versions up to \(entry.type.version): a later program has recorded it"
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
