import Daybook
import DaybookDesk
import DaybookJournal
import DaybookPlatform
import DaybookStore
import Testing

/// Who is woken when something was recorded.
@Suite("Those who wait at the head") struct HeadBoardTests {
    private typealias Board = HeadBoard<Int>

    /// Numbers of streams, as a store has them.
    private static func hashes(_ names: [String]) async throws -> [StreamHash] {
        let store = try await EmbeddedStore.open(on: MemoryDisk())
        let hashes = names.map { store.hash(ofStream: $0) }
        try await store.close()
        return hashes
    }

    @Test func `of ten thousand streams are woken by what comes to theirs, and nothing is asked`()
        async throws
    {
        let count = 10_000
        let streams = try await Self.hashes((0...count).map { "s-\($0)" })
        var board = Board()
        for number in 0..<count { board.add(number, for: .stream(streams[number]), beyond: 7) }
        var asked = 0
        let idle = board.told(upTo: 8, streams: [streams[count]]) { _ in
            asked += 1
            return true
        }
        #expect(idle.isEmpty)
        let woken = board.told(upTo: 9, streams: [streams[17], streams[count], streams[4]]) { _ in
            asked += 1
            return true
        }
        #expect(woken.map(\.waiter).sorted() == [4, 17])
        #expect(woken.allSatisfy { $0.behind == 8 }, "there is nothing for them up to 8")
        #expect(asked == 0)
        let again = board.told(upTo: 10, streams: [streams[17]]) { _ in true }
        #expect(again.isEmpty)
    }

    @Test func `for the same thing are asked for once, however many they are`() async throws {
        let names = ["list", "other"].map(EventList.type)
        var board = Board()
        for number in 0..<1_000 {
            board.add(number, for: .list(names[number % 2]), beyond: 0)
            board.add(-1 - number, for: .everything, beyond: 0)
        }
        var asked: [HeadInterest] = []
        let woken = board.told(upTo: 5, streams: []) { interest in
            asked.append(interest)
            return interest != .list(names[1])
        }
        #expect(Set(asked) == [.list(names[0]), .list(names[1]), .everything])
        #expect(asked.count == 3)
        #expect(woken.count == 1_500)
        #expect(woken.allSatisfy { $0.waiter < 0 || $0.waiter.isMultiple(of: 2) })
    }

    @Test func `are all woken where it is not known what came, and where nothing will come`()
        async throws
    {
        let streams = try await Self.hashes(["a", "b"])
        var board = Board()
        board.add(1, for: .stream(streams[0]), beyond: 3)
        board.add(2, for: .stream(streams[1]), beyond: 3)
        let woken = board.told(upTo: 4, streams: nil) { _ in true }
        #expect(woken.map(\.waiter).sorted() == [1, 2])
        #expect(board.isEmpty)
        board.add(1, for: .stream(streams[0]), beyond: 4)
        board.add(2, for: .everything, beyond: 4)
        let all = board.tellAll()
        #expect(all.sorted() == [1, 2])
        #expect(board.isEmpty)
    }

    @Test
    func `are woken at a place although there is nothing for them, to tell how far was looked`() {
        var board = Board()
        let interest = HeadInterest.list(.type("t"))
        board.add(1, for: interest, beyond: 0, wakeAt: 10)
        board.add(2, for: interest, beyond: 0, wakeAt: 20)
        board.add(3, for: interest, beyond: 0)
        func told(_ head: Position) -> [[Int]] {
            board.told(upTo: head, streams: []) { _ in false }.map { [$0.waiter, Int($0.behind)] }
        }
        #expect(told(9) == [])
        #expect(told(12) == [[1, 12]])
        #expect(told(19) == [])
        #expect(told(20) == [[2, 20]])
        #expect(told(1_000) == [])
        let last = board.told(upTo: 1_001, streams: []) { _ in true }
        #expect(last.map(\.waiter) == [3])
    }

    @Test func `do not hide from others what came before they joined`() async throws {
        let streams = try await Self.hashes(["a", "b"])
        var board = Board()
        board.add(1, for: .stream(streams[0]), beyond: 3)
        board.add(2, for: .stream(streams[1]), beyond: 5)
        #expect(board.position == 3, "what came behind it is still to be told")
        let woken = board.told(upTo: 6, streams: [streams[0]]) { _ in true }
        #expect(woken.map(\.waiter) == [1])
        #expect(woken.map(\.behind) == [3])
    }

    @Test func `are forgotten when they leave`() async throws {
        let streams = try await Self.hashes(["a"])
        var board = Board()
        board.add(1, for: .stream(streams[0]), beyond: 3)
        board.add(2, for: .stream(streams[0]), beyond: 3)
        board.add(3, for: .everything, beyond: 3)
        for waiter in [1, 3, 4] { board.remove(waiter) }
        var asked = 0
        let woken = board.told(upTo: 4, streams: [streams[0]]) { _ in
            asked += 1
            return true
        }
        #expect(woken.map(\.waiter) == [2])
        #expect(asked == 0)
    }
}
