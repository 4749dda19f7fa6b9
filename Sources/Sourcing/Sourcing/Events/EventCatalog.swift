/// All events that a program can read, and how: the registry of their types.
///
/// It is checked when it is made: no two lines under one name, no version that nobody reads, nothing that became an event
/// without a line of its own.
///
/// ```swift
/// let catalog = try EventCatalog {
///     Deposited.self
///     Withdrawn.self
///     EventEntry(Opened.self)
///         .renamed(from: "opened")
///         .upcast(from: 1) { (old: OpenedV1) in Opened(owner: old.name, branch: "main") }
///     IgnoredEvent("heartbeat")
/// }
/// ```
public struct EventCatalog: Sendable {
    /// What becomes of an event whose type, or whose version, is not in the catalog.
    public enum Unknown: String, Hashable, Codable, Sendable {
        /// Whoever reads it gets an error that names it.
        case fail
        /// It is passed over.
        case skip
        /// It is handed to `EventSet.unknown(_:)` as it is recorded.
        case raw
    }

    let entries: [CatalogEntry]
    /// Entries by every name that events of theirs have or had.
    private let byName: [String: Int]
    let unknown: Unknown
    let tables = EventTables()
    /// What events are written as.
    public let format: EventFormat

    /// - Parameters:
    ///   - format: What events are written as; those recorded before are read whatever they are in.
    ///   - unknown: What becomes of events that are not in it.
    ///   - entries: A line for each type of events: ``EventEntry`` or the type itself, ``SplitEvent``, ``IgnoredEvent``; or
    ///     another catalog, for all of its lines.
    /// - Throws: `invalidCatalog` where a name stands there twice, nobody reads a version, a version is read in two ways or is
    ///   no older one, or events became one that has no line.
    public init(
        format: EventFormat = .json, unknown: Unknown = .fail,
        @CatalogBuilder _ entries: () -> [CatalogEntry]
    ) throws(SourcingError) {
        self.entries = entries()
        self.format = format
        self.unknown = unknown
        byName = try CatalogCheck.names(of: self.entries)
    }

    /// The line for events of a name, be it a former one.
    func entry(named name: String) -> CatalogEntry? { byName[name].map { entries[$0] } }

    /// The line of a type.
    func entry(of payload: any DomainEvent.Type) -> CatalogEntry? {
        guard let entry = entry(named: payload.eventType.name), case .event(let other) = entry.kind,
            ObjectIdentifier(other) == ObjectIdentifier(payload)
        else { return nil }
        return entry
    }

    /// Former names too, of all events that may turn out to be one of these: what to query for.
    func recordedNames(of payloads: [any DomainEvent.Type]) -> [String] {
        let wanted = Set(payloads.map { ObjectIdentifier($0) })
        return entries.flatMap { entry -> [String] in
            let isWanted = entry.payloads.contains { wanted.contains(ObjectIdentifier($0)) }
            return isWanted ? [entry.type.name] + entry.formerNames : []
        }
    }
}
