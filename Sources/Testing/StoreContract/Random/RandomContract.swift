internal import Daybook
internal import Synchronization

/// Random operations applied to the model and to an engine, every answer compared.
package enum RandomContract {
    /// Runs one history.
    /// - Parameters:
    ///   - seed: the same seed gives the same history.
    ///   - operations: how many.
    ///   - limit: how long a shorter history is looked for where one fails.
    /// - Returns: how often each kind of answer came: `recorded`, `duplicate`, or the code of a
    ///   refusal.
    /// - Throws: `ContractFailure` with the seed and the shortest history found that fails.
    @discardableResult
    package static func run(
        seed: UInt64, operations: Int, engine: ContractEngine,
        shrinkingFor limit: Duration = .seconds(30)
    ) async throws -> [String: Int] {
        let done = Log()
        do {
            // Against a hang only: many histories at once share few processors.
            try await withDeadline(.seconds(240) + .milliseconds(100) * operations, "seed \(seed)")
            {
                try await apply(seed: seed, operations: operations, to: engine, done)
            }
        } catch {
            let history = done.operations.withLock { $0 }
            let shortest = await shrink(history, seed: seed, engine, for: limit)
            let lines = shortest.enumerated().map { "  \($0). \($1)" }.joined(separator: "\n")
            throw ContractFailure("seed \(seed): \(error)\nfails with:\n\(lines)")
        }
        return done.answers.withLock { $0 }
    }

    /// What was done so far.
    private final class Log: Sendable {
        let operations = Mutex<[RandomOperation]>([])
        let answers = Mutex<[String: Int]>([:])
    }

    /// Invents operations one by one, as the model's state suggests, and applies them.
    private static func apply(
        seed: UInt64, operations: Int, to engine: ContractEngine, _ done: Log
    ) async throws {
        var inventor = RandomInventor(seed: seed, for: engine)
        let duel = try await RandomDuel(engine, seed: seed)
        for number in 0..<operations {
            let operation = await inventor.next(duel.model)
            done.operations.withLock { $0.append(operation) }
            let answer = try await duel.apply(operation)
            done.answers.withLock { $0[answer, default: 0] += 1 }
            if number % 25 == 24 { try await duel.compareReads(all: false) }
        }
        try await duel.compareReads(all: true)
        try await duel.finish()
    }

    /// Applies a history as it was written down; true where the two differ.
    private static func fails(
        _ history: [RandomOperation], seed: UInt64, _ engine: ContractEngine
    ) async -> Bool {
        do {
            try await withDeadline(.seconds(5), "seed \(seed)") {
                let duel = try await RandomDuel(engine, seed: seed)
                for operation in history { try await duel.apply(operation) }
                try await duel.compareReads(all: true)
                try await duel.finish()
            }
            return false
        } catch {
            return true
        }
    }

    /// A shorter history that still fails: without its tail, then without whatever is not needed.
    private static func shrink(
        _ history: [RandomOperation], seed: UInt64, _ engine: ContractEngine, for limit: Duration
    ) async -> [RandomOperation] {
        let end = ContinuousClock.now + limit
        var shortest = history
        var chunk = history.count / 2
        while chunk > 0 {
            var start = max(0, shortest.count - chunk)
            while true {
                if ContinuousClock.now > end { return shortest }
                let behind = min(start + chunk, shortest.count)
                let shorter = Array(shortest[..<start] + shortest[behind...])
                if await fails(shorter, seed: seed, engine) { shortest = shorter }
                if start == 0 { break }
                start = max(0, start - chunk)
            }
            chunk /= 2
        }
        return shortest
    }
}

/// One thing done to a store.
enum RandomOperation: Sendable {
    case append(Append)
    case delete(String, Deletion, StreamCondition)
    case reopen
    /// With all gone that can be made again.
    case reopenWithoutIndex
    case compact(RandomCompaction)
}

extension RandomOperation: CustomStringConvertible {
    var description: String {
        switch self {
        case .reopen: return "reopen"
        case .reopenWithoutIndex: return "reopen without index"
        case .compact(let compaction): return "\(compaction)"
        case .delete(let stream, let kind, let condition):
            return "delete \(stream) \(kind), expecting \(condition)"
        case .append(let append):
            var text = "append"
            for entry in append.entries {
                let number = entry.event.id.low & 0xFFFF
                text += " \(entry.stream)#\(number):\(entry.event.type)\(entry.event.tags.sorted())"
            }
            for (stream, condition) in append.conditions.sorted(by: { $0.key < $1.key }) {
                text += ", \(stream) has \(condition)"
            }
            if let query = append.queryCondition {
                text += ", none of \(query.query.items) after \(query.after)"
            }
            if let mark = append.tracking { text += ", \(mark)" }
            for record in append.records { text += ", \(record)" }
            return text
        }
    }
}
