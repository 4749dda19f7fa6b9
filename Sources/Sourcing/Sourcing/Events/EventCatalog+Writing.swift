internal import Daybook
internal import DaybookCoding

extension EventCatalog {
    /// An event as it is to be recorded.
    /// - Throws: `invalidCatalog` where it has no line in the catalog, `unwritable`.
    func recording(
        _ event: any DomainEvent, cause: Cause, with encoder: PayloadEncoder
    ) throws(SourcingError) -> Event {
        let type = type(of: event).eventType
        guard entry(of: Swift.type(of: event)) != nil else {
            throw .notInCatalog(type, why: "\(Swift.type(of: event)) is to be recorded")
        }
        if let key = cause.metadata.first(where: { $0.key.hasPrefix("$") })?.key {
            throw SourcingError(
                .invalid, "'\(key)' cannot stand in the metadata of an event",
                why: "keys that begin with '$' are the system's", remedy: "Take another name.",
                place: "type '\(type.name)'")
        }
        let data: [UInt8]
        do { data = try encoder.encode(event) } catch { throw .unwritable(type, error) }
        return Event(
            type: type.name, data: data, contentType: format.payload.contentType,
            metadata: EventMetadata.encoded(version: type.version, own: cause.metadata),
            tags: event.tags, causation: cause.causation, correlation: cause.correlation,
            occurredAt: event.occurredAt)
    }
}
