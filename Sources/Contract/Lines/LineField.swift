internal import Daybook
internal import DaybookBytes

/// The fields that the line of an event may have.
enum LineField: Int, CaseIterable {
    case stream, type, data, time, tags, id, revision, metadata
    case dataBase64, metadataBase64, contentType, causation, correlation
    /// What only an exact import takes.
    case removed
    /// What the store gives itself.
    case ignored

    private static let names: [(String, LineField)] = [
        ("stream", .stream), ("type", .type), ("data", .data), ("time", .time), ("tags", .tags),
        ("n", .ignored), ("v", .revision), ("id", .id), ("metadata", .metadata),
        ("occurredAt", .time), ("contentType", .contentType), ("causation", .causation),
        ("correlation", .correlation), ("dataBase64", .dataBase64),
        ("metadataBase64", .metadataBase64), ("revision", .revision), ("position", .ignored),
        ("recordedAt", .ignored), ("append", .ignored), ("removed", .removed),
    ]

    /// The names by their length, each with its first byte: almost always one comparison finds one.
    private static let byLength: [[(name: [UInt8], field: LineField)]] = (0...14).map { length in
        names.filter { $0.0.utf8.count == length }.map { (Array($0.0.utf8), $0.1) }
    }

    /// Another field that says the same thing, so that only one of the two may stand in a line.
    var rival: LineField {
        switch self {
        case .dataBase64: .data
        case .metadataBase64: .metadata
        default: self
        }
    }

    /// The field of a key in its bytes without quotes, nil for one that is unknown.
    static func named(_ key: borrowing RawSpan) -> LineField? {
        guard key.byteCount < byLength.count else { return nil }
        for (name, field) in byLength[key.byteCount] where key.isEqual(to: name.rawSpan) {
            return field
        }
        return nil
    }

    static func nearest(to name: String) -> String? {
        Suggestion.nearest(to: name, among: names.map(\.0))
    }
}
