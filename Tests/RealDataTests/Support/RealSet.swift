import DaybookBytes
import DaybookJSON
import DaybookPlatform
import Foundation

@testable import DaybookCLI

/// One of the real histories, with its known answers.
enum RealSet: String, CaseIterable, Sendable {
    case berka
    case onlineRetail = "online_retail"
    case oulad
    case roadFines = "road_fines"

    /// They are no part of this repository and lie beside the checkout, where somebody put them.
    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "shared/data").path

    static let arePresent = allCases.allSatisfy {
        FileManager.default.fileExists(atPath: $0.path("events.jsonl.zst"))
    }

    static let absence: String =
        "the real histories are not there: ../shared/data beside this checkout holds them"

    func path(_ name: String) -> String { "\(Self.folder)/\(rawValue)/\(name)" }

    func oracle() throws -> JSONValue {
        try JSONValue(parsing: String(contentsOfFile: path("oracle.json"), encoding: .utf8))
    }

    /// The rows of a table of the oracle by their first column; the header is left out.
    func table(_ name: String) throws -> [String: [String]] {
        var lines = try lines(of: name + ".csv.zst")
        var rows: [String: [String]] = [:]
        _ = try lines.advance()
        while try lines.advance() == .line {
            let fields = lines.line.text().split(separator: ",", omittingEmptySubsequences: false)
                .map(String.init)
            rows[fields[0]] = Array(fields.dropFirst())
        }
        return rows
    }

    /// The lines of a packed file of the set.
    func lines(of name: String) throws -> LineReader {
        let source = try ImportSource.file(path(name), name: nil)
        return LineReader(InputStream(source.bytes))
    }
}

extension JSONValue {
    /// The integer under a path of keys; nil where there is none.
    func integer(_ path: String...) -> Int? { at(path)?.asInt64.map(Int.init) }

    /// The members of the object under a path of keys, all of them integers.
    func counts(_ path: String...) -> [String: Int] {
        var counts: [String: Int] = [:]
        for (name, value) in at(path)?.asObject ?? [:] {
            counts[name] = value.asInt64.map(Int.init)
        }
        return counts
    }

    /// The member whose key begins so: some keys of the oracles carry their explanation.
    func member(beginning prefix: String) -> JSONValue? {
        asObject?.first { $0.key.hasPrefix(prefix) }?.value
    }

    private func at(_ path: [String]) -> JSONValue? {
        path.reduce(self) { value, key in value?[key] }
    }
}
