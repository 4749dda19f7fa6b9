import Daybook
import DaybookPlatform
import DaybookSimulation
import Synchronization
import Testing

@testable import DaybookJournal

/// Appends of one submitter are decided in the order they were submitted.
@Suite struct SubmitterTests {
    private static func pending(_ number: Int, _ submitter: Submitter) throws -> PendingAppend {
        let append = Append([Event(type: "noted", data: "\(number)")], to: "a")
        return PendingAppend(try EncodedAppend(append, hashKey: 1), submitter) { _ in }
    }

    @Test(arguments: 101...120 as ClosedRange<UInt64>)
    func `Whatever the order in which they are resolved, and however often, they keep theirs`(
        seed: UInt64
    ) throws {
        let chance = SeededRandomness(seed: seed)
        let submitter = Submitter()
        let all = try (0..<40).map { try Self.pending($0, submitter) }
        let number = { (append: PendingAppend) in all.firstIndex { $0 === append }! }
        var unresolved: [PendingAppend] = []
        var inbox: [PendingAppend] = []
        var decided: [Int] = []
        var entered = 0
        var sentBack = 0
        while decided.count < all.count {
            switch chance.next(below: 4) {
            case 0 where entered < all.count:
                submitter.enter(all[entered])
                unresolved.append(all[entered])
                entered += 1
            case 1 where !unresolved.isEmpty:
                let one = unresolved.remove(at: chance.next(below: unresolved.count))
                submitter.resolved(one, Facts()) { append, _ in inbox.append(append) }
            case 2 where !inbox.isEmpty:
                decided.append(number(inbox.removeFirst()))
            case 3 where !inbox.isEmpty && chance.chance(1, in: 3):
                // The first of a round has facts that are too old: it and those behind it go back.
                let round = Array(inbox.prefix(1 + chance.next(below: inbox.count)))
                inbox.removeFirst(round.count)
                sentBack += 1
                unresolved += submitter.putBack(round) {
                    defer { inbox = [] }
                    return inbox
                }
            default: break
            }
        }
        #expect(decided == Array(0..<all.count), "seed \(seed)")
        #expect(sentBack > 0)
    }

    @Test func `One that cannot be resolved does not hold up those behind it`() throws {
        let submitter = Submitter()
        let all = try (0..<3).map { try Self.pending($0, submitter) }
        for append in all { submitter.enter(append) }
        var delivered: [PendingAppend] = []
        submitter.resolved(all[2], Facts()) { append, _ in delivered.append(append) }
        submitter.resolved(all[1], Facts()) { append, _ in delivered.append(append) }
        #expect(delivered.isEmpty)
        submitter.resolved(all[0], nil) { append, _ in delivered.append(append) }
        #expect(delivered.map { $0 === all[1] } == [true, false])
    }

    /// Half a second, where none costs a walk over the others; else minutes.
    @Test(.timeLimit(.minutes(15)))
    func `As many as may be under way go back and come again, behind one that is slow`() throws {
        let submitter = Submitter()
        let append = Append([Event(type: "noted", data: "1")], to: "a")
        let encoded = try EncodedAppend(append, hashKey: 1)
        let all = (0..<60_000).map { _ in PendingAppend(encoded, submitter) { _ in } }
        var inbox: [PendingAppend] = []
        let deliver = { (append: PendingAppend, _: Facts) in inbox.append(append) }
        for append in all {
            submitter.enter(append)
            submitter.resolved(append, Facts(), deliver: deliver)
        }
        #expect(inbox.count == all.count)
        let back = submitter.putBack(inbox) { [] }
        inbox = []
        for append in back.dropFirst() { submitter.resolved(append, Facts(), deliver: deliver) }
        #expect(inbox.isEmpty)
        submitter.resolved(back[0], Facts(), deliver: deliver)
        #expect(inbox.map(ObjectIdentifier.init) == all.map(ObjectIdentifier.init))
    }

    @Test(.timeLimit(.minutes(15)))
    func `Whoever is answered while the journal closes may wait for one who submits`() throws {
        let disk = WatchedDisk(SimulatedDisk(), tellsOf: [.read])
        let journal = try World(disk).open()
        for _ in 0..<2 { try journal.append("noted", to: "account-1") }
        let submitter = Submitter()
        let other = try Self.pending(0, submitter)
        // Resolving reads what stands at revision 1, and finds the journal closed when it is done.
        disk.onCall { [weak journal] _ in journal?.close() }
        let append = Append(
            [Event(type: "noted")], to: "account-1", expecting: .revision(0))
        let hasWaited = Mutex<WaitOutcome?>(nil)
        journal.submit(try journal.encode(append), from: submitter) { result in
            guard case .failure(let error) = result, error.code == .closed else { return }
            let entered = Monitor(false)
            let thread = try? Thread(name: "submitting") {
                submitter.enter(other)
                entered.withLock { $0 = true }
                entered.broadcast()
            }
            let outcome = entered.wait(
                timeoutNanoseconds: 10_000_000_000, until: { $0 }, then: { _, outcome in outcome })
            hasWaited.withLock { $0 = thread == nil ? nil : outcome }
        }
        #expect(hasWaited.withLock { $0 } == .ready)
    }

    /// Few: with an overlay of one event all that wait are resolved again for each that is decided.
    private static let pipelineCount: Revision = 100

    /// Threads: resolves overlap with batches, and an overlay of a few events has many of them repeated.
    @Test(.timeLimit(.minutes(15)), arguments: [1, 4, 64])
    func `A pipeline of expected revisions is accepted whole`(overlayEventsMax: Int) async throws {
        var options = JournalOptions()
        options.segmentBytesFirst = 64 << 10
        options.overlayEventsMax = overlayEventsMax
        options.batchBytesMax = 2 << 10
        let journal = try Journal.open(
            JournalEnvironment(
                disk: MemoryDisk(), time: SystemTime(), randomness: SystemRandomness(), process: 1),
            options: options)
        defer { journal.close() }
        let refused = Refusals()
        await withTaskGroup { group in
            for stream in 0..<4 {
                group.addTask { await Self.pipeline(journal, "account-\(stream)", refused) }
            }
        }
        #expect(refused.texts.withLock { $0 } == [])
        for stream in 0..<4 {
            let known = try journal.view.index.facts("account-\(stream)", .mayBlock)
            #expect(known.next == Self.pipelineCount)
        }
    }

    private final class Refusals: Sendable {
        let texts = Mutex<[String]>([])
    }

    private static func pipeline(
        _ journal: Journal, _ stream: String, _ refused: Refusals
    ) async {
        let submitter = Submitter()
        let (answers, answered) = AsyncStream.makeStream(of: String?.self)
        for revision in 0..<pipelineCount {
            let condition: StreamCondition = revision == 0 ? .none : .revision(revision - 1)
            let append = Append([Event(type: "noted")], to: stream, expecting: condition)
            guard let encoded = try? journal.encode(append) else { return }
            journal.submit(encoded, from: submitter) { result in
                if case .failure(let error) = result {
                    answered.yield("\(revision): \(error)")
                } else {
                    answered.yield(nil)
                }
            }
        }
        var count: Revision = 0
        for await answer in answers {
            if let answer { refused.texts.withLock { $0.append(answer) } }
            count += 1
            if count == pipelineCount { break }
        }
    }
}
