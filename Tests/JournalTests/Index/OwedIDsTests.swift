import Daybook
import DaybookPlatform
import Synchronization
import Testing

@testable import DaybookJournal

/// Ids of what was recorded before an opening: read when somebody asks, or beside.
@Suite struct OwedIDsTests {
    private final class Source: Sendable {
        let reads = Mutex<[Position]>([])
        let failures = Mutex(0)
        let tries = Mutex(0)

        let failure: StoreError

        init(failure: StoreError = .closed()) { self.failure = failure }

        /// Leaves the ids of some events to be read; each has its position for a hash.
        func owe(_ positions: ClosedRange<Position>, to recent: RecentIDs) {
            let span = PositionSpan(positions)
            let owed = RecentIDs.Owed(positions: span) { () throws(StoreError) in
                try self.read(positions)
            }
            recent.owe(owed)
        }

        private func read(_ positions: ClosedRange<Position>) throws(StoreError) -> [UInt64] {
            let left = failures.withLock { failures in
                failures -= 1
                return failures
            }
            tries.withLock { $0 += 1 }
            if left >= 0 { throw failure }
            reads.withLock { $0.append(positions.lowerBound) }
            return positions.map { $0 << 40 }
        }
    }

    private let source = Source()

    private func add(_ positions: ClosedRange<Position>, to recent: RecentIDs) {
        let hashes = positions.map { $0 << 40 }
        recent.add(hashes.span, from: positions.lowerBound)
    }

    private func places(
        _ positions: ClosedRange<Position>, _ recent: RecentIDs, _ mode: ReadMode = .mayBlock
    ) throws -> [Position] {
        let hashes = positions.map { (index: Int($0), hash: $0 << 40) }
        let found = try recent.candidates(for: hashes, mode)
        return found.map(\.position)
    }

    @Test(arguments: [1000, 10, 7]) func `What is owed is read once, whatever lies between`(
        capacity: Int
    ) throws {
        let recent = RecentIDs(capacity: capacity, after: 4)
        source.owe(5...9, to: recent)
        add(10...12, to: recent)
        source.owe(13...14, to: recent)
        add(15...16, to: recent)
        #expect(throws: ReadFailure.self) {
            _ = try places(16...16, recent, .cachedOnly)
        }
        #expect(source.reads.withLock { $0 }.isEmpty)
        let last = Array(Position(max(5, 17 - capacity))...16)
        #expect(try places(last[0]...16, recent) == last)
        #expect(try places(last[0]...16, recent, .cachedOnly) == last)
        #expect(source.reads.withLock { $0 } == (capacity > 7 ? [5, 13] : [13]))
    }

    @Test func `What is too old when somebody asks is not read`() throws {
        let recent = RecentIDs(capacity: 6)
        source.owe(1...3, to: recent)
        source.owe(4...5, to: recent)
        add(6...10, to: recent)
        #expect(try places(4...10, recent) == Array(4...10))
        #expect(source.reads.withLock { $0 } == [4])
        add(11...20, to: recent)
        #expect(try places(1...14, recent) == [])
        #expect(try places(15...20, recent) == Array(15...20))
    }

    @Test func `What cannot be read is told to whoever asks, and tried again`() throws {
        let recent = RecentIDs(capacity: 100)
        source.owe(1...3, to: recent)
        source.owe(4...5, to: recent)
        source.failures.withLock { $0 = 2 }
        recent.readOwedBeside()
        #expect(throws: ReadFailure.self) { _ = try places(1...5, recent) }
        #expect(try places(1...5, recent) == Array(1...5))
    }

    @Test func `Damage is told again without being looked at, until it is too old`() throws {
        let source = Source(
            failure: .corrupt("a segment", offset: 3, position: 4, "its checksum is wrong"))
        source.failures.withLock { $0 = .max }
        let recent = RecentIDs(capacity: 8)
        source.owe(1...3, to: recent)
        for _ in 0..<3 {
            let failure = #expect(throws: ReadFailure.self) { _ = try places(1...3, recent) }
            guard case .failed(let why) = failure else {
                Issue.record("\(String(describing: failure))")
                return
            }
            #expect(why == source.failure)
        }
        #expect(source.tries.withLock { $0 } == 1)
        add(4...11, to: recent)
        #expect(try places(4...11, recent) == Array(4...11))
    }

    @Test func `Nothing more is read beside once nobody asks any more`() throws {
        let recent = RecentIDs(capacity: 100)
        source.owe(1...3, to: recent)
        recent.stop()
        recent.readOwedBeside()
        #expect(source.reads.withLock { $0 }.isEmpty && recent.isOwed)
        #expect(try places(2...2, recent) == [2], "who asks all the same is answered")
    }

    @Test(.timeLimit(.minutes(15))) func `Many ask at once, and all are answered alike`()
        async throws
    {
        let recent = RecentIDs(capacity: 10_000)
        for first in stride(from: 1, to: 5000, by: 100) as StrideTo<Position> {
            source.owe(first...first + 99, to: recent)
        }
        try await withThrowingTaskGroup(of: [Position].self) { group in
            for _ in 0..<8 { group.addTask { try places(1...5000, recent) } }
            group.addTask {
                recent.readOwedBeside()
                return Array(1...5000)
            }
            for try await found in group { #expect(found == Array(1...5000)) }
        }
        #expect(source.reads.withLock { $0.count } == 50)
    }
}
