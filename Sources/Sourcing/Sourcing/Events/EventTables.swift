internal import Synchronization

/// A table of a catalog, and what to ask a store for to find its events.
final class CatalogTable<Events: EventSet>: Sendable {
    let events: EventTable<Events>
    /// Former names too, of all events that may turn out to be of the set.
    let recordedNames: Set<String>

    fileprivate init(_ catalog: EventCatalog) throws(SourcingError) {
        events = try EventTable(catalog)
        recordedNames = Set(catalog.recordedNames(of: Events.members.map { $0.payload }))
    }
}

/// The tables of a catalog, each made when it is first asked for: a decision that is taken often does not make its own.
final class EventTables: Sendable {
    /// By the set of events.
    private let tables = Mutex<[ObjectIdentifier: any AnyObject & Sendable]>([:])

    /// - Throws: `invalidCatalog` where the catalog has no line for an event of the set.
    func table<Events: EventSet>(
        of events: Events.Type, _ catalog: EventCatalog
    ) throws(SourcingError) -> CatalogTable<Events> {
        let key = ObjectIdentifier(events)
        if let made = tables.withLock({ $0[key] }) as? CatalogTable<Events> { return made }
        let made = try CatalogTable<Events>(catalog)
        tables.withLock { $0[key] = made }
        return made
    }
}

extension EventCatalog {
    /// How the events of a set are read.
    /// - Throws: `invalidCatalog` where it has no line for one of them.
    func table<Events: EventSet>(
        of events: Events.Type
    ) throws(SourcingError) -> CatalogTable<Events> {
        try tables.table(of: events, self)
    }
}
