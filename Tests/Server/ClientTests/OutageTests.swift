import Daybook
import DaybookPlatform
import DaybookServerTesting
import Synchronization
import Testing

@testable import DaybookClient

/// A server that goes away and comes back at the same port, with its store.
@Suite(.timeLimit(.minutes(15))) struct OutageTests {
    private static func event(_ number: Int) -> Event {
        Event(id: EventID(high: 1, low: UInt64(number)), type: "counted", data: "\(number)")
    }

    @Test func `A subscription and appends go on, nothing is lost and nothing comes twice`()
        async throws
    {
        var server = try await ServedStore.atPortOfItsOwn()
        let (folder, port) = (server.folder, server.port)
        let store = try await server.connect { $0.patience = .seconds(500) }
        let count = 60
        let following = Task {
            var numbers: [String] = []
            let cursor = try await store.subscribe(Subscription())
            while numbers.count < count, let signal = try await cursor.next() {
                if case .events(let batch) = signal { numbers += batch.events.map(\.text) }
            }
            return numbers
        }
        let appending = Task {
            for number in 0..<count {
                let condition: StreamCondition =
                    number == 0 ? .none : .revision(Revision(number - 1))
                try await store.append(
                    [Self.event(number)], to: "count-1", expecting: condition)
            }
        }
        for outage in 1...3 {
            while try await store.head().position < Position(outage * count / 5) {}
            try await server.stop()
            server = try await ServedStore(in: folder, port: port)
        }
        try await appending.value
        #expect(try await following.value == (0..<count).map { "\($0)" })
        let read = try await store.events(.stream("count-1"))
        #expect(read.map(\.text) == (0..<count).map { "\($0)" })
        try await store.close()
        try await server.remove()
    }

    @Test func `Appends that are handed over are decided in their order, over an outage as well`()
        async throws
    {
        var server = try await ServedStore.atPortOfItsOwn()
        let (folder, port) = (server.folder, server.port)
        let store = try await server.connect { $0.patience = .seconds(500) }
        let appender = store.appender()
        let count = 300
        let results = Monitor<[Int: Result<Appended, StoreError>]>([:])
        for number in 0..<count {
            if number == count / 3 {
                try await server.stop()
                server = try await ServedStore(in: folder, port: port)
            }
            var append = Append([Self.event(number)], to: "count-1")
            // Each rests on the one before.
            append.tracking = TrackingMark(
                consumer: "importer", from: number == 0 ? nil : Array("\(number - 1)".utf8),
                to: Array("\(number)".utf8))
            try await appender.submit(append) { result in
                results.withLock { $0[number] = result }
                results.signal()
            }
        }
        let all = try await apartly { results.wait(until: { $0.count == count }, then: { $0 }) }
        for number in 0..<count {
            let answer = try all[number]?.get()
            #expect(answer?.firstPosition == Position(number + 1))
        }
        // A refusal holds up nobody.
        let refusals = Monitor<[Result<Appended, StoreError>]>([])
        for condition in [StreamCondition.none, .any] {
            try await appender.submit(
                Append([Event(type: "t")], to: "count-1", expecting: condition)
            ) { result in
                refusals.withLock { $0.append(result) }
                refusals.signal()
            }
        }
        let two = try await apartly { refusals.wait(until: { $0.count == 2 }, then: { $0 }) }
        #expect(throws: StoreError.self) { try two[0].get() }
        #expect(try two[1].get().firstPosition == Position(count + 1))
        try await store.close()
        await #expect(throws: StoreError.self) {
            try await appender.submit(Append([Event(type: "t")], to: "s")) { _ in }
        }
        try await server.remove()
    }

    @Test func `Other journals are served by the same connections`() async throws {
        let server = try await ServedStore()
        let store = try await server.connect { $0.patience = .seconds(500) }
        let missing = await #expect(throws: StoreError.self) { try await store.journal("billing") }
        #expect(missing?.code == .notFound)
        #expect(try await store.journals() == ["main"])
        let same = try await store.journal("main")
        try await same.append([Self.event(1)], to: "s-1")
        #expect(try await store.events(Read()).count == 1)
        try await same.close()
        await #expect(throws: StoreError.self) { try await same.head() }
        #expect(try await store.head().position == 1)
        try await store.close()
        try await server.remove()
    }

    @Test func `Certificates to trust that are not there are told, before anything is sent`()
        async throws
    {
        let address = try ServerAddress("daybook://127.0.0.1:1?tlsCaFile=/no/such/file")
        let error = await #expect(throws: StoreError.self) {
            try await RemoteStore.connect(to: address)
        }
        #expect(error?.code == .untrusted && error?.why.contains("/no/such/file") == true)
    }

    /// Waits on a thread of its own.
    private func apartly<Value: Sendable>(
        _ body: @escaping @Sendable () -> Value
    ) async throws -> Value {
        let threads = try IOThreads(count: 1, name: "test-wait")
        return await threads.run { body() }
    }
}
