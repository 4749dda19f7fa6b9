internal import DaybookCoding

/// Recorded events of a type that a catalog does not read.
public struct CatalogFinding: Hashable, Sendable {
    /// What of them the store holds.
    public let type: RecordedType
    /// Why they are not read.
    public let why: String
    /// Whether they are passed over, or handed over as they are recorded, because the catalog's rule for what it does not
    /// know says so. Otherwise whoever reads one gets an error.
    public let isAllowed: Bool
}

extension CatalogFinding: CustomStringConvertible {
    public var description: String {
        let events = type.count == 1 ? "1 event" : "\(type.count) events"
        let place =
            type.count == 1
            ? "position \(type.firstPosition)"
            : "positions \(type.firstPosition) to \(type.lastPosition)"
        return "\(EventType(type.name, version: type.version)): \(why) (\(events), \(place))"
    }
}

extension CatalogDescription {
    /// What of these types is not read, by type and version. Whether the data of an event are what its type says is
    /// not looked at.
    public func findings(in types: [RecordedType]) -> [CatalogFinding] {
        var byName: [String: Line] = [:]
        for line in lines {
            for name in [line.name] + line.formerNames { byName[name] = line }
        }
        return types.compactMap { finding(in: $0, byName[$0.name]) }
    }

    private func finding(in type: RecordedType, _ line: Line?) -> CatalogFinding? {
        func unknown(_ why: String) -> CatalogFinding {
            CatalogFinding(type: type, why: why, isAllowed: self.unknown != .fail)
        }
        guard let line else { return unknown("the catalog has no line for it") }
        if line.isIgnored { return nil }
        if PayloadFormat(contentType: type.contentType) == nil {
            return CatalogFinding(
                type: type,
                why: "its content is '\(type.contentType)', and events are read as JSON or CBOR",
                isAllowed: false)
        }
        if line.versions.contains(type.version) { return nil }
        if let version = line.version, type.version > version {
            return unknown(
                "the catalog knows its versions up to \(version): a later program has recorded it")
        }
        return unknown("its entry says that version \(type.version) was never recorded")
    }
}

extension SourcedStore {
    /// Reads the whole store, and tells what in it the catalog does not read, by type and version. Nothing is decoded.
    /// - Throws: what reading throws; `CancellationError`.
    public func verifyCatalog() async throws -> [CatalogFinding] {
        catalog.description.findings(in: try await store.recordedTypes())
    }
}
