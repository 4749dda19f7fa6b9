import Daybook
import DaybookPlatform
import DaybookSimulation

@testable import DaybookJournal

/// Some work on a journal that follows from a seed: appends of every kind, batched by chance, idle moments,
/// segments prepared ahead, closings and openings.
final class Workload {
    let disk: SimulatedDisk
    let seed: UInt64
    let ledger = Ledger()
    var world: World
    private(set) var journal: Journal?
    /// What the last opening was refused with.
    private(set) var refusal: StoreError?
    /// Whether the store could be opened at all.
    private(set) var hasOpened = false
    private let chance: SeededRandomness
    private let operations: Int
    /// What a stream's next revision will probably be.
    private var next: [String: Revision] = [:]
    private var tokens: [String: [UInt8]] = [:]
    /// Called after every operation.
    var afterEach: (Journal) -> Void = { _ in }

    init(
        _ disk: SimulatedDisk, seed: UInt64, operations: Int = 60,
        options: JournalOptions = .tiny, journal name: String = JournalName.main
    ) {
        self.disk = disk
        self.seed = seed
        self.operations = operations
        chance = SeededRandomness(seed: seed)
        world = World(disk, seed: seed ^ 0xDAB0, options: options, journal: name)
    }

    /// Runs to the end, or until the power goes or the store cannot be opened; then leaves it as it is, or
    /// closes it.
    func run(closes: Bool = false) throws {
        open()
        for _ in 0..<operations { if !(try goOn()) { return } }
        if disk.hasCrashed { return }
        journal?.step()
        if closes { close() }
    }

    /// Does the next thing; false where nothing more can be done.
    func goOn() throws -> Bool {
        guard let journal, !disk.hasCrashed else { return false }
        try operate(journal)
        if let journal = self.journal { afterEach(journal) }
        return true
    }

    func open() {
        refusal = nil
        do throws(StoreError) {
            journal = try world.open()
            hasOpened = true
        } catch {
            refusal = error
        }
    }

    func close() {
        journal?.close()
        journal = nil
    }

    /// Closes, as far as the journal lets itself be closed, and opens again.
    func reopen() {
        close()
        open()
    }

    private func operate(_ journal: Journal) throws {
        if journal.failure != nil { return reopen() }
        world.time.advance(microseconds: Int64(chance.next(below: 5000)))
        switch chance.next(below: 100) {
        case ..<52: try ledger.submit(ledger.addInvented(by: self), to: journal)
        case ..<56: if ledger.count > 0 { try repeatOne(journal) }
        case ..<78: journal.step()
        case ..<84: journal.stepIdle()
        case ..<90: journal.askAhead()
        case ..<93: _ = journal.stepPreparing()
        case ..<97: _ = journal.stepIndex()
        default: reopen()
        }
    }

    private func repeatOne(_ journal: Journal) throws {
        let number = chance.next(below: ledger.count)
        if ledger.isRepeatable(number) { try ledger.submit(number, to: journal) }
    }
}

// Inventing appends.
extension Workload {
    private static let streams = ["account-1", "account-2", "order-1", "journal", "order-2"]

    func invent() -> (append: Append, deletion: (kind: Deletion, stream: String)?) {
        let stream = Self.streams[chance.next(below: Self.streams.count)]
        if chance.chance(1, in: 16), let deletion = deletion(of: stream) { return deletion }
        var append = Append()
        let kind = chance.next(below: 12)
        if kind < 10 {
            append.add(events(for: stream), to: stream, expecting: condition(for: stream))
            if kind == 0 {
                let other = Self.streams[chance.next(below: Self.streams.count)]
                if other != stream {
                    append.add(events(for: other), to: other, expecting: condition(for: other))
                }
            }
            if kind == 1 { append.queryCondition = queryCondition() }
            if kind == 2 {
                append.conditions["order-9"] =
                    chance.chance(1, in: 2) ? StreamCondition.none : .exists
            }
        }
        if kind == 3 || kind >= 10 && chance.chance(1, in: 2) { append.tracking = mark() }
        if kind == 4 || append.entries.isEmpty && append.tracking == nil {
            append.records = records()
        }
        return (append, nil)
    }

    private func deletion(
        of stream: String
    ) -> (append: Append, deletion: (kind: Deletion, stream: String)?)? {
        let kind: Deletion = stream == "order-2" && chance.chance(1, in: 3) ? .tombstone : .soft
        let type = kind == .soft ? SystemType.softDeleted : SystemType.tombstoned
        var append = Append()
        append.add([event(type: type, data: [])], to: StreamName.metadata(of: stream))
        append.entries[0].event.tags = []
        append.entries[0].event.metadata = []
        append.conditions[stream] = .any
        return (append, (kind, stream))
    }

    private func event(type: String, data: [UInt8]) -> Event {
        var event = Event(
            id: EventID(randomHigh: chance.next(), randomLow: chance.next()), type: type, data: data
        )
        if chance.chance(1, in: 3) { event.tags = ["customer:\(chance.next(below: 3))"] }
        if chance.chance(1, in: 5) { event.metadata = Array("{\"by\":\"test\"}".utf8) }
        return event
    }

    private func events(for stream: String) -> [Event] {
        let isBig = chance.chance(1, in: 30)
        let count = !isBig && chance.chance(1, in: 3) ? 1 + chance.next(below: 5) : 1
        let bytes = isBig ? 20_000 : chance.next(below: chance.chance(1, in: 4) ? 1500 : 90)
        return (0..<count).map { _ in
            let data = (0..<bytes).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ bytes) }
            return event(type: chance.chance(1, in: 2) ? "opened" : "moved", data: data)
        }
    }

    private func condition(for stream: String) -> StreamCondition {
        let next = next[stream] ?? 0
        defer { self.next[stream] = next + 1 }
        switch chance.next(below: 10) {
        case 0: return .none
        case 1: return .exists
        case 2: return .softDeleted
        case 3: return .revision(UInt64(chance.next(below: 9)))
        case 4...5:
            let known = (try? journal?.view.index.facts(stream, .mayBlock))?.next ?? 0
            return known > 0 ? .revision(known - 1) : .any
        default: return .any
        }
    }

    private func queryCondition() -> QueryCondition {
        let head = journal?.view.watermark.position ?? 0
        let back = chance.chance(1, in: 3) ? Position(chance.next(below: 12)) : 0
        let queries = [
            Query.all, .types(["opened"]), .tags(["customer:1"]),
            Query([
                Query.Item(types: ["moved"], stream: "account-1"), Query.Item(category: "order"),
            ]),
        ]
        return QueryCondition(
            failIfEventsMatch: queries[chance.next(below: queries.count)],
            after: head > back ? head - back : 0)
    }

    private func mark() -> TrackingMark {
        let consumer = "importer-\(chance.next(below: 2))"
        let from = chance.chance(1, in: 6) ? [9] : tokens[consumer]
        let to = Array("\(ledger.count)".utf8)
        if from != [9] { tokens[consumer] = to }
        return TrackingMark(consumer: consumer, from: from, to: to, note: [1, 2])
    }

    private func records() -> [SystemRecord] {
        let first = SystemRecord(
            owner: "queue", key: "key-\(chance.next(below: 3))",
            value: Array("\(ledger.count)".utf8),
            condition: chance.chance(1, in: 4) ? .none : .any)
        if chance.chance(1, in: 2) { return [first] }
        return [
            first,
            SystemRecord(owner: "timer", key: "t", value: chance.chance(1, in: 2) ? nil : [7]),
        ]
    }
}

extension Ledger {
    fileprivate func addInvented(by workload: Workload) -> Int {
        let (append, deletion) = workload.invent()
        return add(append, deletion: deletion)
    }
}
