import Daybook
import DaybookJSON
import DaybookPlatform
import DaybookStore
import Foundation
import Testing

/// All the real histories in one store, imported one after the other by the command, as its users do.
final class RealStore: Sendable {
    /// What an import told.
    struct Report: Sendable {
        /// The last position before the first event of the set.
        let before: Position
        let events: Int
    }

    /// The command, as it was built beside these tests.
    private static let command =
        URL(
            filePath: (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
                ?? CommandLine.arguments[0]
        ).deletingLastPathComponent().path + "/daybook"

    let folder: String
    let store: EmbeddedStore
    let reports: [RealSet: Report]

    private init(folder: String, store: EmbeddedStore, reports: [RealSet: Report]) {
        self.folder = folder
        self.store = store
        self.reports = reports
    }

    /// Imports the sets, and opens the store when the whole index is where it belongs.
    static func make(at folder: String) async throws -> RealStore {
        var reports: [RealSet: Report] = [:]
        var head: Position = 0
        for set in RealSet.allCases {
            let answer = try await run(
                "import", set.path("events.jsonl.zst"), "--check-revisions", "--store", folder)
            let events = try #require(answer.integer("events"))
            #expect(answer["complete"]?.asBool == true, "\(set)")
            reports[set] = Report(before: head, events: events)
            head += Position(events)
        }
        let store = try await EmbeddedStore.open(at: folder, .existing)
        await store.settleIndex()
        return RealStore(folder: folder, store: store, reports: reports)
    }

    /// The one of the suite.
    static func shared() async throws -> RealStore {
        guard let imports = Imports.current else { throw Imports.Missing() }
        return try await imports.store()
    }

    var eventCount: Int { reports.values.reduce(0) { $0 + $1.events } }

    /// What `daybook verify` says.
    func verify() async throws -> JSONValue { try await Self.run("verify", "--store", folder) }

    /// Positions up to which runs on the disk know the events.
    func indexedByRuns() throws -> Position {
        let index = try FileManager.default.contentsOfDirectory(
            atPath: folder + "/journals/main/index")
        // first-last-randomID
        return index.compactMap { Position($0.split(separator: "-").dropFirst().first ?? "") }
            .max() ?? 0
    }

    private static func run(_ words: String...) async throws -> JSONValue {
        let words = words + ["--json"]
        // It blocks, and the threads of the tests must not.
        let ended = try await IOThreads(count: 1).run {
            try Subprocess.run(command, words)
        }
        try #require(ended.status == .exited(0), "\(words): \(ended.complaints)")
        return try JSONValue(parsing: String(decoding: ended.output, as: UTF8.self))
    }
}

/// How the events of one set are found among those of all.
enum Way: String, CaseIterable, Sendable {
    case positions, category, type, tag

    /// What matches the events of a set and no others.
    func query(_ set: RealSet, _ places: Places) -> Query {
        switch self {
        case .positions: .all
        case .category: Query(set.categories.map { Query.Item(category: $0) })
        case .type: .types(Set(places.byType.keys))
        case .tag:
            Query(
                places.byTag.keys.filter { $0.hasPrefix(set.commonTag!) }
                    .map { Query.Item(tags: [$0]) })
        }
    }
}

extension RealSet {
    var categories: [String] {
        switch self {
        case .berka: ["account"]
        case .onlineRetail: ["invoice"]
        case .oulad: ["course", "enrolment"]
        case .roadFines: ["fine"]
        }
    }

    /// How one tag of every event begins; nil where some have none.
    var commonTag: String? {
        switch self {
        case .berka, .roadFines: nil
        case .onlineRetail: "country:"
        case .oulad: "course:"
        }
    }

    var ways: [Way] { Way.allCases.filter { $0 != .tag || commonTag != nil } }
}
