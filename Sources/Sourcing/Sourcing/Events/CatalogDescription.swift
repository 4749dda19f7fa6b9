internal import DaybookBytes
internal import DaybookCoding
internal import DaybookJSON

/// An ``EventCatalog`` written down: what a program reads, for people, and for `daybook catalog`, which compares it with what a
/// store holds.
public struct CatalogDescription: Hashable, Codable, Sendable {
    /// What becomes of events of one type.
    public struct Line: Hashable, Codable, Sendable {
        /// What such events are called.
        public var name: String
        /// The present version, or the last one there was; nil of a type that is passed over in every version.
        public var version: Int?
        /// What such events were called before.
        public var formerNames: [String]
        /// The versions that are read, in their order.
        public var versions: [Int]
        /// The names of what else its events became; of a type that is recorded no more, of all that they became.
        public var splitsInto: [String]
        /// Whether its events are passed over.
        public var isIgnored: Bool

        /// - Parameters:
        ///   - name: What such events are called.
        ///   - version: The present version, or the last one there was; nil of a type that is passed over.
        ///   - formerNames: What they were called before.
        ///   - versions: The versions that are read, in their order.
        ///   - splitsInto: The names of what else they became.
        ///   - isIgnored: Whether they are passed over.
        public init(
            name: String, version: Int?, formerNames: [String] = [], versions: [Int],
            splitsInto: [String] = [], isIgnored: Bool = false
        ) {
            self.name = name
            self.version = version
            self.formerNames = formerNames
            self.versions = versions
            self.splitsInto = splitsInto
            self.isIgnored = isIgnored
        }
    }

    /// What events are written as.
    public var format: EventFormat
    /// What becomes of events that are in no line.
    public var unknown: EventCatalog.Unknown
    /// In the order in which they stand in the catalog.
    public var lines: [Line]

    /// - Parameters:
    ///   - format: What events are written as.
    ///   - unknown: What becomes of events that are in no line.
    ///   - lines: In the order in which they stand in the catalog.
    public init(format: EventFormat, unknown: EventCatalog.Unknown, lines: [Line]) {
        self.format = format
        self.unknown = unknown
        self.lines = lines
    }
}

extension EventCatalog {
    /// The catalog written down.
    public var description: CatalogDescription {
        CatalogDescription(
            format: format, unknown: unknown, lines: entries.map { CatalogDescription.Line($0) })
    }
}

extension CatalogDescription.Line {
    fileprivate init(_ entry: CatalogEntry) {
        self.init(
            name: entry.type.name, version: entry.type.version, formerNames: entry.formerNames,
            versions: [])
        switch entry.kind {
        case .event:
            versions = (1...entry.type.version).filter { !entry.neverRecorded.contains($0) }
            splitsInto = entry.others.map { $0.eventType.name }
        case .split(let payloads):
            versions = entry.older.keys.sorted()
            splitsInto = payloads.map { $0.eventType.name }
        case .ignored:
            version = nil
            isIgnored = true
        }
    }
}

extension CatalogDescription {
    /// As JSON, with a line for each field: what ``init(json:)`` reads.
    public var json: String {
        get throws {
            let bytes = try PayloadEncoder(.json).encode(self)
            return try JSONValue(parsing: bytes.rawSpan).text(style: .pretty)
        }
    }

    /// What was written as JSON.
    /// - Parameter json: The bytes of the text, UTF-8.
    /// - Throws: `invalidCatalog` where it is none of this kind.
    public init(json: [UInt8]) throws(SourcingError) {
        do {
            self = try PayloadDecoder(.json).decode(Self.self, from: json.rawSpan)
        } catch {
            throw SourcingError(
                .invalidCatalog, "The description of a catalog cannot be read",
                why: SourcingError.words(of: error),
                remedy:
                    "Let the program that has the catalog write it again: 'catalog.description.json'."
            )
        }
    }
}

extension CatalogDescription: CustomStringConvertible {
    /// A table with a line for each type.
    public var description: String {
        var rows = [["type", "version", "reads", "once", "becomes"]]
        for line in lines {
            rows.append([
                line.name, line.version.map { "\($0)" } ?? "",
                line.isIgnored ? "all" : Self.ranges(line.versions),
                line.formerNames.joined(separator: ", "),
                line.isIgnored ? "nothing" : line.splitsInto.joined(separator: ", "),
            ])
        }
        let rule =
            switch unknown {
            case .fail: "is an error"
            case .skip: "is passed over"
            case .raw: "is handed over as it is recorded"
            }
        return Self.columns(rows)
            + "\nwritten as \(format.rawValue.uppercased()); what is not here \(rule)"
    }

    /// `1-3, 5`
    private static func ranges(_ versions: [Int]) -> String {
        var ranges: [ClosedRange<Int>] = []
        for version in versions {
            if let last = ranges.last, last.upperBound + 1 == version {
                ranges[ranges.count - 1] = last.lowerBound...version
            } else {
                ranges.append(version...version)
            }
        }
        return ranges.map { range in
            range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound)-\(range.upperBound)"
        }.joined(separator: ", ")
    }

    private static func columns(_ rows: [[String]]) -> String {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            var text = zip(row, widths).map { cell, width in
                cell + String(repeating: " ", count: width - cell.count)
            }.joined(separator: "  ")
            while text.last == " " { text.removeLast() }
            return text
        }.joined(separator: "\n")
    }
}
