internal import DaybookBytes
internal import DaybookCoding

/// For tests that keep events of every version as files.
extension EventCatalog {
    /// A version of a type of events, of which a journal may hold some.
    package struct Recordable: Hashable, Sendable {
        /// What it is recorded as today, or was at last.
        package let type: EventType
        /// All names that such events may have.
        package let names: [String]
        /// Whether events of it are recorded today.
        package let isPresent: Bool
    }

    /// All that a journal may hold and the catalog reads, in the order of its lines.
    package var recordable: [Recordable] {
        entries.flatMap { entry -> [Recordable] in
            let versions: [Int] =
                switch entry.kind {
                case .event:
                    (1...entry.type.version).filter { !entry.neverRecorded.contains($0) }
                case .split: entry.older.keys.sorted()
                case .ignored: []
                }
            return versions.map { version in
                Recordable(
                    type: EventType(entry.type.name, version: version),
                    names: [entry.type.name] + entry.formerNames,
                    isPresent: entry.payload != nil && version == entry.type.version)
            }
        }
    }

    /// The names of types whose events are passed over.
    package var ignoredNames: [String] {
        entries.flatMap { entry -> [String] in
            if case .ignored = entry.kind { return [entry.type.name] + entry.formerNames }
            return []
        }
    }

    /// Reads the data of an event, which is JSON, as a reader of a stream would.
    /// - Throws: what the coder and the upcasts throw.
    package func read(_ recordable: Recordable, _ data: [UInt8]) throws -> [any DomainEvent] {
        guard let entry = entry(named: recordable.type.name) else { return [] }
        let decoder = PayloadDecoder(.json)
        if let older = entry.older[recordable.type.version] {
            return try older(decoder, data.rawSpan)
        }
        return try entry.payload.map { [try $0.decoded(by: decoder, data)] } ?? []
    }

    /// The data of an event as it would be recorded, as JSON, the elements of sets in the order of their bytes.
    package func written(_ event: any DomainEvent) throws -> [UInt8] {
        try PayloadEncoder(.json, isOrdered: true).encode(event)
    }

    /// What is wrong, in a sentence.
    package static func words(of error: any Error) -> String { SourcingError.words(of: error) }
}

extension DomainEvent {
    fileprivate static func decoded(
        by decoder: PayloadDecoder, _ data: [UInt8]
    ) throws -> any DomainEvent {
        try decoder.decode(Self.self, from: data.rawSpan)
    }
}
