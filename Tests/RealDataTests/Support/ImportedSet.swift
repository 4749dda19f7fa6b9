import Daybook
import DaybookJSON
import DaybookStore
import Foundation
import Testing

@testable import DaybookCLI

/// The final states that a set leads to, folded from its events in their order.
protocol Tally: Sendable {
    init()
    mutating func add(_ event: borrowing EventView, _ names: EventNames) throws
}

/// A history imported into a store of its own, and what one scan over it found.
final class ImportedSet<States: Tally>: Sendable {
    let set: RealSet
    let store: EmbeddedStore
    let folder: String
    let report: JournalImport.Report
    let places: Places
    let states: States
    /// Positions whose event is not what its line says, or does not follow the one before.
    let misfits: [Position]
    let digest: String
    let endsWithItsFile: Bool
    let oracle: JSONValue

    init(_ set: RealSet, _ folder: String) async throws {
        self.set = set
        self.folder = folder
        store = try await EmbeddedStore.open(at: folder)
        oracle = try set.oracle()
        let source = try ImportSource.file(set.path("events.jsonl.zst"), name: nil)
        var work = JournalImport(
            source, into: store, checksRevisions: true, interruption: Interruption())
        report = try await work.run { _ in }
        if let failure = report.failure { throw failure }

        var (places, states, misfits) = (Places(), States(), [Position]())
        var mirror = try LineMirror(set)
        let cursor = try store.cursor(Read())
        while let batch = try await cursor.next() {
            for index in batch.indices {
                let event = batch.view(at: index)
                let names = EventNames(event)
                let follows = places.add(
                    names, position: event.position, revision: event.revision)
                let isSame = try mirror.matches(event, names)
                if !follows || !isSame { misfits.append(event.position) }
                try states.add(event, names)
            }
        }
        (endsWithItsFile, digest) = try mirror.finish()
        (self.places, self.states, self.misfits) = (places, states, misfits)
    }

    /// Has the set imported the first time it is asked for.
    static func shared(_ set: RealSet) async throws -> ImportedSet<States> {
        guard let imports = Imports.current else { throw Imports.Missing() }
        return try await imports.get(set)
    }
}

/// The sets that the tests of one suite share; their folder goes when the suite has ended.
actor Imports {
    struct Missing: Error {}

    @TaskLocal static var current: Imports?

    private let folder = FileManager.default.temporaryDirectory
        .appending(path: "daybook-real-\(UUID().uuidString)").path
    private var tasks: [RealSet: any Sendable] = [:]
    private var stores: [EmbeddedStore] = []

    func get<States: Tally>(_ set: RealSet) async throws -> ImportedSet<States> {
        if let task = tasks[set] as? Task<ImportedSet<States>, any Error> {
            return try await task.value
        }
        let path = "\(folder)/\(set.rawValue)"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        let task = Task { @concurrent in try await ImportedSet<States>(set, path) }
        tasks[set] = task
        let imported = try await task.value
        stores.append(imported.store)
        return imported
    }

    func end() async {
        for store in stores { try? await store.close() }
        try? FileManager.default.removeItem(atPath: folder)
    }
}

/// Gives a suite its imports.
struct SharedImports: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test, testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        let imports = Imports()
        do {
            try await Imports.$current.withValue(imports, operation: function)
        } catch {
            await imports.end()
            throw error
        }
        await imports.end()
    }
}

/// The integers and texts that the data of an event consists of.
struct Fields {
    private(set) var integers: [String: Int] = [:]
    private(set) var texts: [String: String] = [:]

    init(_ event: borrowing EventView) throws {
        let data = event.dataBytes
        var scanner = try JSONScanner(fieldsOf: data)
        while let field = try scanner.nextField() {
            switch field.value.kind {
            case .number: integers[try field.name(in: data)] = Int(try field.value.int64(in: data))
            case .string: texts[try field.name(in: data)] = try field.value.string(in: data)
            default: break
            }
        }
    }
}
