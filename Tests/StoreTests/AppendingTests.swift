import Daybook
import DaybookBytes
import DaybookPlatform
import DaybookStore
import Foundation
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(15))) struct `Appending on a disk` {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Answers of many appenders.
    private final class Answers: Sendable {
        let positions = Mutex<[Position]>([])
        let failures = Mutex<[StoreError]>([])

        func add(_ answer: Result<Appended, StoreError>) {
            switch answer {
            case .success(let appended): positions.withLock { $0.append(appended.lastPosition) }
            case .failure(let error): failures.withLock { $0.append(error) }
            }
        }
    }

    @Test func `Threads that wait and tasks that await append side by side`() async throws {
        let store = try await EmbeddedStore.open(at: folder.fresh())
        let answers = Answers()
        let each = 60
        let threads = try (0..<4).map { number in
            try DaybookPlatform.Thread(name: "appender") {
                for revision in 0..<each {
                    let append = Append(
                        [Event(type: "t")], to: "thread-\(number)",
                        expecting: revision == 0 ? .none : .revision(Revision(revision - 1)))
                    answers.add(
                        Result { () throws(StoreError) in try store.appendAndWait(append) })
                    let shared = Append([Event(type: "t")], to: "shared")
                    answers.add(
                        Result { () throws(StoreError) in try store.appendAndWait(shared) })
                }
            }
        }
        try await withThrowingTaskGroup { group in
            for number in 0..<8 {
                group.addTask {
                    for revision in 0..<each {
                        let condition: StreamCondition =
                            revision == 0 ? .none : .revision(Revision(revision - 1))
                        let appended = try await store.append(
                            [Event(type: "t")], to: "task-\(number)", expecting: condition)
                        answers.add(.success(appended))
                    }
                }
            }
            try await group.waitForAll()
        }
        await Self.join(threads)
        #expect(answers.failures.withLock { $0 } == [])
        let count = 4 * 2 * each + 8 * each
        #expect(answers.positions.withLock { $0.sorted() } == (1...count).map(Position.init))
        #expect(try await store.stream("shared").count == UInt64(4 * each))
        #expect(try await store.head().position == Position(count))
        try await store.close()
    }

    private static func join(_ threads: [DaybookPlatform.Thread]) async {
        await withCheckedContinuation { continuation in
            let waiter = try? DaybookPlatform.Thread(name: "joiner") {
                for thread in threads { thread.join() }
                continuation.resume()
            }
            if waiter == nil { continuation.resume() }
        }
    }

    @Test func `A thread that waits is refused in the same words`() async throws {
        let path = folder.fresh()
        let store = try await EmbeddedStore.open(at: path)
        try await store.append([Event(type: "t")], to: "s")
        func refusal(
            _ store: EmbeddedStore, _ append: Append
        ) async -> StoreError? {
            let answers = Answers()
            guard
                let thread = try? DaybookPlatform.Thread(
                    name: "appender",
                    {
                        answers.add(
                            Result { () throws(StoreError) in try store.appendAndWait(append) })
                    })
            else { return nil }
            await Self.join([thread])
            return answers.failures.withLock { $0.first }
        }
        let late = await refusal(store, Append([Event(type: "t")], to: "s", expecting: .none))
        #expect(late?.code == .wrongRevision && late?.actual == .live(last: 0))
        #expect(await refusal(store, Append())?.code == .invalid)
        var guarded = Append([Event(type: "t")], to: "s")
        guarded.queryCondition = QueryCondition(failIfEventsMatch: .types(["t"]), after: 0)
        let conflict = await refusal(store, guarded)
        #expect(conflict?.code == .conflict && conflict?.position == 1)
        let reader = try await EmbeddedStore.open(at: path, .readOnly)
        #expect(await refusal(reader, Append([Event(type: "t")], to: "s"))?.code == .readOnly)
        try await reader.close()
        try await store.close()
        #expect(await refusal(store, Append([Event(type: "t")], to: "s"))?.code == .closed)
    }

    @Test func `What one submitter submits is decided in its order, hundreds at a time`()
        async throws
    {
        let store = try await EmbeddedStore.open(at: folder.fresh())
        let answers = Answers()
        let (count, submitters) = (400, 3)
        try await withCheckedThrowingContinuation { (all: CheckedContinuation<Void, any Error>) in
            let left = Countdown(count * submitters) { all.resume() }
            let froms = (0..<submitters).map { _ in StoreSubmitter() }
            for number in 0..<count {
                for (place, from) in froms.enumerated() {
                    // Each expects what the one before it leaves behind.
                    let append = Append(
                        [Event(type: "t", data: "\(number)")], to: "s-\(place)",
                        expecting: number == 0 ? .none : .revision(Revision(number - 1)))
                    do throws(StoreError) {
                        try store.submit(append, from: from) {
                            answers.add($0)
                            left.count()
                        }
                    } catch {
                        answers.add(.failure(error))
                        left.count()
                    }
                }
            }
        }
        #expect(answers.failures.withLock { $0.prefix(3) } == [])
        for place in 0..<submitters {
            let texts = try await store.events(.stream("s-\(place)")).map(\.text)
            #expect(texts == (0..<count).map { "\($0)" })
        }
        try await store.close()
    }

    /// Calls `end` when it has been counted so often.
    private final class Countdown: Sendable {
        private let left: Mutex<Int>
        private let end: @Sendable () -> Void

        init(_ count: Int, _ end: @escaping @Sendable () -> Void) {
            left = Mutex(count)
            self.end = end
        }

        func count() {
            let isLast = left.withLock { left in
                left -= 1
                return left == 0
            }
            if isLast { end() }
        }
    }

    @Test func `A chain with one wrong link is refused from there on`() async throws {
        let store = try await EmbeddedStore.open(at: folder.fresh())
        let answers = Answers()
        try await withCheckedThrowingContinuation { (all: CheckedContinuation<Void, any Error>) in
            let left = Countdown(100) { all.resume() }
            let from = StoreSubmitter()
            for number in 0..<100 where number != 40 {
                let append = Append(
                    [Event(type: "t")], to: "s",
                    expecting: number == 0 ? .none : .revision(Revision(number - 1)))
                do {
                    try store.submit(append, from: from) {
                        answers.add($0)
                        left.count()
                    }
                } catch {
                    all.resume(throwing: error)
                }
            }
            left.count()
        }
        #expect(answers.positions.withLock { $0.count } == 40)
        #expect(answers.failures.withLock { $0.count } == 59)
        #expect(
            answers.failures.withLock { failures in
                failures.allSatisfy { $0.code == .wrongRevision && $0.actual == .live(last: 39) }
            })
        try await store.close()
    }

    @Test func `The largest event and the largest append fit, and one byte more does not`()
        async throws
    {
        let path = folder.fresh()
        let store = try await EmbeddedStore.open(at: path)
        // Names of one byte each; the content type is one that the record has a number for.
        let overhead = EventRecord.namesAt + 2
        func event(recorded bytes: Int) -> Event {
            Event(
                type: "t", data: [UInt8](repeating: 7, count: bytes - overhead),
                contentType: Event.bytes)
        }
        func code(_ events: [Event]) async -> StoreError.Code? {
            do {
                try await store.append(events, to: "s")
                return nil
            } catch {
                return error.code
            }
        }
        let largest = event(recorded: Limits.eventBytesMax)
        #expect(await code([largest]) == nil)
        #expect(await code([event(recorded: Limits.eventBytesMax + 1)]) == .tooLarge)
        let rest = Limits.appendBytesMax - 2 * Limits.eventBytesMax
        func fresh() -> Event { event(recorded: Limits.eventBytesMax) }
        #expect(await code([fresh(), fresh(), event(recorded: rest + 1)]) == .tooLarge)
        #expect(await code([fresh(), fresh(), event(recorded: rest)]) == nil)
        #expect(await code([Event(type: "t", data: "small")]) == nil)
        #expect(try await store.head().position == 5)
        try await store.close()

        let again = try await EmbeddedStore.open(at: path, .existing)
        let cursor = try again.cursor(Read(.stream("s"), .backwards))
        var sizes: [Int] = []
        while let batch = try await cursor.next() {
            batch.forEach { sizes.append($0.dataBytes.byteCount) }
        }
        let full = Limits.eventBytesMax - overhead
        #expect(sizes == [5, rest - overhead, full, full, full])
        #expect(try await again.events(Read(from: .position(1), limit: 1)).first?.event == largest)
        try await again.close()
        #expect(try await EmbeddedStore.verify(at: path) { _, _ in }.findings == [])
    }
}
