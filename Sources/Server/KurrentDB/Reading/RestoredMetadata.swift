internal import Daybook
internal import DaybookBytes
internal import DaybookJSON

/// What clients find of an event in its metadata, and the journal keeps in fields of their own.
enum RestoredMetadata {
    /// The metadata of an event with its tags, correlation and causation; nil: those it was recorded with, byte for byte.
    ///
    /// What is there is not touched: a field is put behind the others, and one that is there stays. Metadata that are no
    /// JSON object have no room for more.
    static func restored(of event: EventView) -> [UInt8]? {
        if !event.hasRelations { return nil }
        let recorded = event.metadataBytes
        var known = JSONObject()
        if !recorded.isEmpty {
            guard let value = try? JSONValue(parsing: recorded), case .object(let object) = value
            else { return nil }
            known = object
        }
        var added = JSONObject()
        let names = event.tags.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        if !names.isEmpty { added[SentMetadata.tagsKey] = .array(names.map { .string($0) }) }
        if let text = event.correlation { added[SentMetadata.correlationKey] = .string(text) }
        if let text = event.causation { added[SentMetadata.causationKey] = .string(text) }
        for key in [SentMetadata.tagsKey, SentMetadata.correlationKey, SentMetadata.causationKey]
        where known[key] != nil { added[key] = nil }
        if added.isEmpty { return nil }
        let fields = Array("\(JSONValue.object(added))".utf8)
        if known.isEmpty { return fields }
        var joined = recorded.copied()
        guard let end = joined.lastIndex(of: UInt8(ascii: "}")) else { return nil }
        joined.replaceSubrange(end...end, with: [UInt8(ascii: ",")] + fields.dropFirst())
        return joined
    }
}
