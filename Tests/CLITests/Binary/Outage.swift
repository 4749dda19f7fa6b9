import Daybook
import DaybookJSON
import DaybookJournal
import DaybookPlatform
import DaybookStore
import Foundation
import Synchronization
import Testing

/// A store on a disk whose power fails, and a witness elsewhere of all that was acknowledged.
final class Outage: Sendable {
    /// What goes on when the power fails.
    enum Work: CaseIterable, Sendable {
        /// Commands that append one event each, several at a time; all but one find the store locked, and try again.
        case commands
        /// One process imports large events, over the ends of segments.
        case imports
        /// Many tasks append at once to segments so small that some are sealed, indexed and merged every round.
        case smallSegments
    }

    private static let commandWriters = 0..<3
    private static let taskWriters = 3..<19
    private static let lastWriter = 19
    private static let importedMax = 1_000_000

    private let disk: LoopDisk
    private let place: Workplace
    private let binary: Binary
    private let random: SeededRandomness
    private let records = Records(writers: lastWriter + 1)
    private let file: String

    init(_ kind: LoopDisk.Kind, _ random: SeededRandomness) throws {
        disk = try LoopDisk(kind)
        place = try Workplace()
        binary = Binary(store: disk.path + "/store")
        self.random = random
        file = try place.write("events.jsonl", eventLines(0..<20_000, padding: 2_000))
    }

    var acknowledgedCount: Int { records.acknowledged.count }

    /// Runs of the index on the disk.
    func runs() throws -> [String] {
        try FileManager.default.contentsOfDirectory(
            atPath: binary.store + "/journals/main/index")
    }

    // MARK: The work

    func happens(during work: Work) async throws {
        switch work {
        case .commands: try await cutCommands()
        case .imports: try await cutImport()
        case .smallSegments: try await cutTasks()
        }
        let disk = disk
        try await Binary.blocking { try disk.mountAgain() }
    }

    private func cutAtSomeMoment() async throws {
        try await pause(within: 500_000)
        try cutPower()
    }

    private func pause(within microseconds: Int) async throws {
        try await Task.sleep(for: .microseconds(random.next(below: microseconds)))
    }

    private func cutPower() throws {
        try disk.cutPower(random.chance(1, in: 4) ? .keepsLog : .dropsLog)
    }

    private func cutCommands() async throws {
        try await withThrowingTaskGroup { group in
            for writer in Self.commandWriters {
                group.addTask { while try await self.append(by: writer) {} }
            }
            try await cutAtSomeMoment()
            try await group.waitForAll()
        }
    }

    /// Runs the command once, or until it is let in; whether all is well with the disk.
    private func append(by writer: Int) async throws -> Bool {
        let next = records.next(of: writer)
        let ended = try await binary.run(
            "append", "writer-\(writer)", "--type", "counted", "--id", next.id.description,
            "--json",
            "--data", next.data(padding: 10))
        // Another one has the store.
        if ended.status == .exited(6) { return true }
        guard ended.status == .exited(0) else {
            // The device failed; neither a crash nor talk of damage.
            #expect(ended.status == .exited(1), "\(ended.status): \(ended.errors)")
            return false
        }
        let position = try parsed(ended.output)["position"]?.asInt64
        guard disk.hasPower else { return false }
        records.acknowledge(next, at: Position(try #require(position)))
        return true
    }

    private func cutImport() async throws {
        // There has to be a store before it can be followed.
        _ = try await append(by: Self.lastWriter)
        let witness = try Witness(of: binary)
        let importer = try binary.start("import", file, "--json")
        let goal = Int(records.head) + random.next(below: 3_000)
        try await witness.waits(for: goal, from: importer)
        try await pause(within: 100_000)
        let seen = witness.seen
        try cutPower()
        importer.killNow()
        _ = try await importer.ended()
        _ = try await witness.stop()
        for seen in seen { records.acknowledge(seen.id, at: seen.position) }
    }

    static var smallSegments: JournalOptions {
        var options = JournalOptions()
        options.segmentBytesFirst = 64 << 10
        options.segmentBytesMax = 128 << 10
        options.zeroStepBytes = 16 << 10
        options.zeroFirstBytes = 64 << 10
        options.indexRunEventsMin = 50
        options.indexMergeRuns = 3
        options.indexIdleNanoseconds = 20_000_000
        return options
    }

    private func openSmall() async throws -> EmbeddedStore {
        let disk = LinuxDisk(root: binary.store)
        try disk.createRoot()
        return try await EmbeddedStore.open(on: disk, options: Self.smallSegments)
    }

    private func cutTasks() async throws {
        let store = try await openSmall()
        try await withThrowingTaskGroup { group in
            for writer in Self.taskWriters {
                group.addTask { while try await self.append(by: writer, to: store) {} }
            }
            try await cutAtSomeMoment()
            try await group.waitForAll()
        }
        try? await store.close()
    }

    /// Appends once; whether all is well with the disk.
    private func append(by writer: Int, to store: EmbeddedStore) async throws -> Bool {
        let next = records.next(of: writer)
        let padding = next.number % 7 * 300
        let event = Event(id: next.id, type: "counted", data: next.data(padding: padding))
        do {
            let appended = try await store.append([event], to: "writer-\(writer)")
            guard disk.hasPower else { return false }
            records.acknowledge(next, at: appended.lastPosition)
            return true
        } catch {
            let codes: [StoreError.Code] = [.outcomeUnknown, .poisoned, .inputOutput, .readOnly]
            #expect(codes.contains(error.code), "\(error)")
            return false
        }
    }

    // MARK: Looking at what is left

    /// Opens it for writing and appends: what was cut off is made good first.
    func goesOn(after work: Work) async throws {
        switch work {
        case .commands, .imports:
            #expect(try await append(by: Self.lastWriter), "the store takes no more appends")
        case .smallSegments:
            let store = try await openSmall()
            #expect(
                try await append(by: Self.lastWriter, to: store), "the store takes no more appends")
            try await store.close()
        }
    }

    /// Everything acknowledged is there, each once, in order; `daybook verify` finds nothing wrong.
    /// - Parameter isRecovered: whether somebody opened it for writing since. Until then readers may see less: up to
    ///   the last mark.
    func audit(_ when: String, isRecovered: Bool) async throws {
        let audit = try await Audit.read(binary, lacksStore: !isRecovered)
        let acknowledged = records.acknowledged
        let lost = acknowledged.first { id, position in
            position <= audit.head
                ? audit.ids[Int(position) - 1] != id : isRecovered
        }
        #expect(lost == nil, "\(when): acknowledged, and gone or another")
        // Each writer's appends follow one another, without a gap and without repetition.
        var counts: [Int: Int] = [:]
        for number in audit.numbers {
            let (writer, own) = number.quotientAndRemainder(dividingBy: Self.importedMax)
            let expected = counts[writer, default: 0]
            guard own == expected else {
                Issue.record("\(when): of writer \(writer) \(own) stands where \(expected) should")
                return
            }
            counts[writer] = expected + 1
        }
    }
}

/// What each writer appends next, and what was acknowledged. An append of which it is not known whether it was
/// recorded is made again, by the same id.
private final class Records: Sendable {
    struct Next: Sendable {
        let writer: Int
        var number = 0
        var id = EventID()

        /// Numbers of writers begin behind those of the import.
        func data(padding: Int) -> String {
            #"{"number":\#((writer + 1) * 1_000_000 + number),"#
                + #""pad":"\#(String(repeating: "x", count: padding))"}"#
        }
    }

    private let state: Mutex<(next: [Next], acknowledged: [String: Position])>

    init(writers: Int) {
        state = Mutex(((0..<writers).map { Next(writer: $0) }, [:]))
    }

    var acknowledged: [String: Position] { state.withLock { $0.acknowledged } }
    var head: Position { acknowledged.values.max() ?? 0 }

    func next(of writer: Int) -> Next { state.withLock { $0.next[writer] } }

    func acknowledge(_ append: Next, at position: Position) {
        state.withLock { state in
            state.acknowledged[append.id.description] = position
            state.next[append.writer] = Next(writer: append.writer, number: append.number + 1)
        }
    }

    func acknowledge(_ id: String, at position: Position) {
        state.withLock { $0.acknowledged[id] = position }
    }
}
