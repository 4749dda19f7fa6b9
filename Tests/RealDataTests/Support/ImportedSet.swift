import Daybook
import DaybookJSON
import DaybookStore
import Foundation
import Synchronization
import Testing

/// The final states that a set leads to, folded from its events in their order.
protocol Tally: Sendable {
    init()
    mutating func add(_ event: borrowing EventView, _ names: EventNames) throws
}

/// One history among the others in one store, and what a scan over its positions found.
final class ImportedSet<States: Tally>: Sendable {
    let set: RealSet
    let all: RealStore
    let report: RealStore.Report
    let places: Places
    /// Positions whose event is not what its line says, or does not follow the one before.
    let misfits: [Position]
    let digest: String
    let endsWithItsFile: Bool
    let oracle: JSONValue
    private let scanned: States
    private let tasks = Mutex<[Way: Task<States, any Error>]>([:])

    var store: EmbeddedStore { all.store }

    init(_ set: RealSet, in all: RealStore) async throws {
        self.set = set
        self.all = all
        report = all.reports[set]!
        oracle = try set.oracle()
        var (places, states, misfits) = (Places(after: report.before), States(), [Position]())
        var mirror = try LineMirror(set, after: report.before)
        let scan = Read(from: .position(report.before + 1), limit: report.events)
        let cursor = try all.store.cursor(scan)
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
        (self.places, scanned, self.misfits) = (places, states, misfits)
    }

    /// What the events lead to if they are found in this way, each of them once and in order.
    func states(_ way: Way) async throws -> States {
        if way == .positions { return scanned }
        let task = tasks.withLock { tasks in
            if let task = tasks[way] { return task }
            let task = Task { @concurrent in try await self.read(way) }
            tasks[way] = task
            return task
        }
        return try await task.value
    }

    private func read(_ way: Way) async throws -> States {
        var states = States()
        var position = report.before
        let cursor = try store.cursor(Read(.query(way.query(set, places))))
        while let batch = try await cursor.next() {
            for index in batch.indices {
                let event = batch.view(at: index)
                position += 1
                guard event.position == position else {
                    throw Astray(way: way, expected: position, found: event.position)
                }
                try states.add(event, EventNames(event))
            }
        }
        guard position == Position(places.last) else {
            throw Astray(way: way, expected: position + 1, found: nil)
        }
        return states
    }

    /// Has the sets imported the first time one is asked for.
    static func shared(_ set: RealSet) async throws -> ImportedSet<States> {
        guard let imports = Imports.current else { throw Imports.Missing() }
        return try await imports.get(set)
    }
}

/// Another event than the next one of a set.
struct Astray: Error {
    let way: Way
    let expected: Position
    let found: Position?
}

/// The store that the tests of one suite share; its folder goes when the suite has ended.
actor Imports {
    struct Missing: Error {}

    @TaskLocal static var current: Imports?

    private let folder = FileManager.default.temporaryDirectory
        .appending(path: "daybook-real-\(UUID().uuidString)").path
    private var all: Task<RealStore, any Error>?
    private var sets: [RealSet: any Sendable] = [:]

    /// The store with all sets.
    func store() async throws -> RealStore {
        if let all { return try await all.value }
        let folder = folder
        let task = Task { @concurrent in try await RealStore.make(at: folder) }
        all = task
        return try await task.value
    }

    func get<States: Tally>(_ set: RealSet) async throws -> ImportedSet<States> {
        if let task = sets[set] as? Task<ImportedSet<States>, any Error> {
            return try await task.value
        }
        let task = Task { @concurrent in
            try await ImportedSet<States>(set, in: try await self.store())
        }
        sets[set] = task
        return try await task.value
    }

    func end() async {
        if let all { try? await all.value.store.close() }
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
