internal import Daybook
internal import Synchronization

extension RandomDuel {
    /// A compaction that was begun.
    struct Compacting {
        let asked: RandomCompaction
        let work: Task<CompactionAnswer, any Error>
        /// What may vanish while it goes on.
        let vanishing: Set<Position>
    }

    /// Compacts the engine's store, or begins to. The model learns which events nobody is shown any more, and of the
    /// point that was recorded; it forgets nothing, so that all is decided as if nothing had been removed.
    func begin(_ asked: RandomCompaction) async throws -> String {
        try await endCompaction()
        guard let compact = engine.compact else { throw ContractFailure("it cannot be compacted") }
        let before = try await store.headPosition()
        let isDone = Flag()
        let work = Task { [store] in
            defer { isDone.set() }
            return try await compact(store, asked)
        }
        // It begins with its point: what is appended then comes behind that.
        while try await store.headPosition() == before && !isDone.isSet { await Task.yield() }
        let read = Read(from: .position(before + 1), includesSystemStreams: true)
        let points = try await store.events(read)
        try expect(
            points.allSatisfy { $0.type == SystemType.compactionPoint },
            "\(asked) recorded \(points)")
        try model.adopt(points)
        // No age of these histories is ever reached.
        let vanishing = try model.vanishing(upTo: before, at: Timestamp(microseconds: 0))
        compacting = Compacting(asked: asked, work: work, vanishing: vanishing)
        if !asked.isBeside { try await endCompaction() }
        return "compacted"
    }

    /// Ends the compaction that goes on, or waits for its end, and compares what it has removed with what it was to.
    func endCompaction() async throws {
        guard let (asked, work) = compacting.map({ ($0.asked, $0.work) }) else { return }
        if asked.isEnded { work.cancel() }
        let answer = try await work.answer
        compacting = nil
        let shown = Set(
            try await store.events(Read(includesSystemStreams: true)).map(\.position))
        let removed = Set(1...max(1, try await store.headPosition())).subtracting(shown)
        let known = try model.removed
        let may = try model.vanishing(upTo: answer.position, at: answer.time)
        try expectEqual(known.subtracting(removed).sorted(), [], "\(asked) brought back:")
        try expectEqual(
            removed.subtracting(may).subtracting(known).sorted(), [], "\(asked) removed too much:")
        if asked.takesAll && answer.isComplete {
            try expectEqual(may.subtracting(removed).sorted(), [], "\(asked) left:")
        }
        try model.remove(removed)
    }

    /// The store opened again, where an operation is that.
    func reopened(_ operation: RandomOperation) async throws -> (any EventStore)? {
        switch operation {
        case .reopen:
            try await endCompaction()
            return try await engine.reopen(store)
        case .reopenWithoutIndex:
            try await endCompaction()
            guard let reopen = engine.reopenWithoutIndex else { return nil }
            try await store.close()
            return try await reopen(store)
        case .append, .delete, .compact: return nil
        }
    }
}

/// Whether something has happened.
private final class Flag: Sendable {
    private let flag = Atomic(false)
    var isSet: Bool { flag.load(ordering: .acquiring) }
    func set() { flag.store(true, ordering: .releasing) }
}
