internal import DaybookCoding

/// A line of an ``EventCatalog``: what becomes of events of one type.
public struct CatalogEntry: Sendable {
    /// How a version is read that is not the present one: as which events.
    typealias Older = @Sendable (PayloadDecoder, RawSpan) throws -> [any DomainEvent]

    enum Kind: Sendable {
        case event(any DomainEvent.Type)
        /// It became other events.
        case split(into: [any DomainEvent.Type])
        case ignored
    }

    /// The present version, or the last one there was.
    let type: EventType
    let kind: Kind
    var formerNames: [String] = []
    /// What else its older versions became.
    var others: [any DomainEvent.Type] = []
    /// By version.
    var older: [Int: Older] = [:]
    var neverRecorded: Set<Int> = []
    /// A version for which two ways to read it were given.
    var twice: Int?
}

extension CatalogEntry {
    /// All that its events may be read as.
    var payloads: [any DomainEvent.Type] {
        switch kind {
        case .event(let payload): [payload] + others
        case .split(let payloads): payloads
        case .ignored: []
        }
    }

    /// An event that became one which its line does not name: whoever queries for that one would miss it.
    private struct Unnamed: Error, CustomStringConvertible {
        let payload: any DomainEvent.Type
        var description: String { "it became \(payload), which 'into' does not name" }
    }

    static func splitting<Old: Decodable & SendableMetatype>(
        into payloads: [any DomainEvent.Type],
        _ split: @escaping @Sendable (Old) throws -> [any DomainEvent]
    ) -> Older {
        let named = Set(payloads.map { ObjectIdentifier($0) })
        return { decoder, data in
            let events = try split(try decoder.decode(Old.self, from: data))
            for event in events where !named.contains(ObjectIdentifier(Swift.type(of: event))) {
                throw Unnamed(payload: Swift.type(of: event))
            }
            return events
        }
    }
}

/// A type of events, and how it is read as it was recorded before.
///
/// ```swift
/// EventEntry(Opened.self)
///     .renamed(from: "opened")
///     .upcast(from: 1) { (old: OpenedV1) in Opened(owner: old.name, branch: "main") }
/// ```
public struct EventEntry<Payload: DomainEvent>: Sendable {
    var entry: CatalogEntry

    /// In its present version; older ones are read by what is said behind it.
    /// - Parameter payload: The type of the events.
    public init(_ payload: Payload.Type) {
        entry = CatalogEntry(type: Payload.eventType, kind: .event(Payload.self))
    }

    /// Events of another name are of this type, in the same versions.
    public func renamed(from names: String...) -> Self {
        var other = self
        other.entry.formerNames += names
        return other
    }

    /// How an older version is read: as a value of the fields it had, from which one of the present version is made.
    /// - Parameters:
    ///   - version: From 1, and less than the present one.
    ///   - upcast: What it throws, whoever reads the event gets, as `unreadable` with the event's place.
    public func upcast<Old: Decodable & SendableMetatype>(
        from version: Int, _ upcast: @escaping @Sendable (Old) throws -> Payload
    ) -> Self {
        reading(version) { [try upcast(try $0.decode(Old.self, from: $1))] }
    }

    /// An older version said at once what are several events now.
    /// - Parameters:
    ///   - version: From 1, and less than the present one.
    ///   - payloads: What it became besides an event of this type; each has a line of its own in the catalog.
    ///   - split: The events, in the order in which they are folded; none where it is nothing any more. What it throws, whoever
    ///     reads the event gets, as `unreadable` with the event's place.
    public func split<Old: Decodable & SendableMetatype>(
        from version: Int, into payloads: any DomainEvent.Type...,
        split: @escaping @Sendable (Old) throws -> [any DomainEvent]
    ) -> Self {
        var other = reading(
            version, CatalogEntry.splitting(into: [Payload.self] + payloads, split))
        other.entry.others += payloads
        return other
    }

    /// No journal has events of this version.
    public func neverRecorded(version: Int) -> Self {
        var other = self
        other.entry.neverRecorded.insert(version)
        return other
    }

    private func reading(_ version: Int, _ older: @escaping CatalogEntry.Older) -> Self {
        var other = self
        if other.entry.older.updateValue(older, forKey: version) != nil {
            other.entry.twice = version
        }
        return other
    }
}

/// A type of events that is recorded no more, since it is several events now.
///
/// ```swift
/// SplitEvent("money-moved", into: Withdrawn.self, Deposited.self) { (old: MoneyMoved) in
///     [Withdrawn(amount: old.amount), Deposited(amount: old.amount)]
/// }
/// ```
public struct SplitEvent: Sendable {
    let entry: CatalogEntry

    /// - Parameters:
    ///   - type: what it was recorded as, with its only version.
    ///   - payloads: what it became; each has a line of its own in the catalog.
    ///   - split: The events, in the order in which they are folded; none where it is nothing any more. What it throws, whoever
    ///     reads the event gets, as `unreadable` with the event's place.
    public init<Old: Decodable & SendableMetatype>(
        _ type: EventType, into payloads: any DomainEvent.Type...,
        split: @escaping @Sendable (Old) throws -> [any DomainEvent]
    ) {
        var entry = CatalogEntry(type: type, kind: .split(into: payloads))
        entry.older[type.version] = CatalogEntry.splitting(into: payloads, split)
        self.entry = entry
    }
}

/// A type of events that nobody reads any more: they are passed over, in every version.
public struct IgnoredEvent: Sendable {
    let entry: CatalogEntry

    /// - Parameters:
    ///   - name: What they were recorded as.
    ///   - formerNames: What else they were recorded as.
    public init(_ name: String, formerNames: String...) {
        var entry = CatalogEntry(type: EventType(name), kind: .ignored)
        entry.formerNames = formerNames
        self.entry = entry
    }
}

/// Makes a catalog of lines that stand one below the other.
@resultBuilder
public enum CatalogBuilder {
    /// A type of events without older versions or names.
    public static func buildExpression<Payload: DomainEvent>(_ payload: Payload.Type)
        -> [CatalogEntry]
    {
        [EventEntry(payload).entry]
    }
    /// A type of events, and how its older versions are read.
    public static func buildExpression<Payload>(_ event: EventEntry<Payload>) -> [CatalogEntry] {
        [event.entry]
    }
    /// A type of events that is several now.
    public static func buildExpression(_ event: SplitEvent) -> [CatalogEntry] { [event.entry] }
    /// A type of events that nobody reads any more.
    public static func buildExpression(_ event: IgnoredEvent) -> [CatalogEntry] { [event.entry] }
    /// All lines of another catalog.
    public static func buildExpression(_ catalog: EventCatalog) -> [CatalogEntry] {
        catalog.entries
    }
    /// All of them, one below the other.
    public static func buildBlock(_ parts: [CatalogEntry]...) -> [CatalogEntry] {
        parts.flatMap { $0 }
    }
    /// What stands below an `if`; none where it does not hold.
    public static func buildOptional(_ part: [CatalogEntry]?) -> [CatalogEntry] { part ?? [] }
    /// What stands below an `if` that has an `else`.
    public static func buildEither(first part: [CatalogEntry]) -> [CatalogEntry] { part }
    /// What stands below an `else`.
    public static func buildEither(second part: [CatalogEntry]) -> [CatalogEntry] { part }
    /// What a `for` makes, one round after the other.
    public static func buildArray(_ parts: [[CatalogEntry]]) -> [CatalogEntry] {
        parts.flatMap { $0 }
    }
}
