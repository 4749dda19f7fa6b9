import Daybook
import DaybookPlatform
import DaybookProtocol
import Testing

@testable import DaybookClient

/// Appends handed over without waiting for answers, to a server that does not take all of them at once.
@Suite(.timeLimit(.minutes(15))) struct PipelineTests {
    /// What a server was asked to record, in its order: the number of the append, and of the call.
    private struct Taken: Sendable {
        var numbers: [UInt64] = []
        var calls: [Int] = []
        var isHeldUp: Set<Int> = []
    }

    private static func appended(_ position: Int) -> Appended {
        Appended(
            firstPosition: Position(position), lastPosition: Position(position),
            streams: [Appended.Stream(name: "s-1", lastRevision: Revision(position - 1))],
            isDuplicate: false)
    }

    private static let busy = StoreError(
        .busy, "The append was not taken", why: "there is no room", remedy: "Try again later.")

    /// Hands so many appends over to a server, and waits for what comes of them.
    private func results(
        of count: Int, patience: Duration = .seconds(100),
        _ decide: @escaping FakeServer.Decision
    ) async throws -> [Result<Appended, StoreError>?] {
        let fake = try FakeServer(pipelined: decide)
        let store = try await fake.connect(patience: patience)
        let appender = store.appender()
        let results = Monitor([Result<Appended, StoreError>?](repeating: nil, count: count))
        for number in 0..<count {
            try await appender.submit(Append([Event(type: "t")], to: "s-1")) { result in
                results.withLock { $0[number] = result }
                results.signal()
            }
        }
        let threads = try IOThreads(count: 1, name: "test-wait")
        let all = await threads.run {
            results.wait(until: { !$0.contains { $0 == nil } }, then: { $0 })
        }
        try await store.close()
        return all
    }

    @Test func `What a server is too busy for is sent again, and nothing overtakes it`()
        async throws
    {
        let taken = Monitor(Taken())
        let all = try await results(of: 40) { number, call in
            taken.withLock { taken in
                // Each of the first calls is held up once, at another append.
                if call <= 4 && number == UInt64(call * 7) { taken.isHeldUp.insert(call) }
                if taken.isHeldUp.contains(call) { return .failure(Self.busy) }
                taken.numbers.append(number)
                taken.calls.append(call)
                return .success(Self.appended(taken.numbers.count))
            }
        }
        #expect(try all.map { try $0?.get().firstPosition } == (1...40).map { Position($0) })
        let numbers = taken.withLock { $0.numbers }
        #expect(numbers == Array(1...40))
        #expect(taken.withLock { Set($0.calls) } == [1, 2, 3, 4, 5])
    }

    @Test func `A server that stays busy is told when the time is up, as what it said`()
        async throws
    {
        let all = try await results(of: 3, patience: .milliseconds(300)) { _, _ in
            .failure(Self.busy)
        }
        for result in all {
            let error = #expect(throws: StoreError.self) { try result?.get() }
            #expect(error?.code == .busy && error?.why == "there is no room")
        }
    }

    @Test
    func `A server that lets others overtake is not understood, and nothing is told as known`()
        async throws
    {
        let all = try await results(of: 3) { number, _ in
            number == 1 ? .failure(Self.busy) : .success(Self.appended(Int(number)))
        }
        let codes = all.map { result -> StoreError.Code? in
            if case .failure(let error) = result { error.code } else { nil }
        }
        #expect(codes[0] == .notUnderstood)
        #expect(codes[1] == .outcomeUnknown && codes[2] == .outcomeUnknown)
    }
}
