internal import Daybook
internal import Synchronization

/// Random operations applied to the model and to an engine, every answer compared.
package enum RandomContract {
    /// Runs one history.
    /// - Parameters:
    ///   - seed: the same seed gives the same history.
    ///   - operations: how many.
    /// - Throws: `ContractFailure` with the seed and the shortest history found that fails.
    package static func run(seed: UInt64, operations: Int, engine: ContractEngine) async throws {
        var history: [RandomOperation] = []
        do {
            try await apply(seed: seed, operations: operations, to: engine, &history)
        } catch {
            let shortest = await shrink(history, seed: seed, engine)
            let lines = shortest.enumerated().map { "  \($0). \($1)" }.joined(separator: "\n")
            throw ContractFailure("seed \(seed): \(error)\nfails with:\n\(lines)")
        }
    }

    /// Invents operations one by one, as the model's state suggests, and applies them.
    private static func apply(
        seed: UInt64, operations: Int, to engine: ContractEngine,
        _ history: inout [RandomOperation]
    ) async throws {
        var inventor = RandomInventor(seed: seed, reopens: engine.reopen != nil)
        let duel = try await RandomDuel(engine, seed: seed)
        for number in 0..<operations {
            let operation = await inventor.next(duel.model)
            history.append(operation)
            try await duel.apply(operation)
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
            let duel = try await RandomDuel(engine, seed: seed)
            for operation in history {
                try await duel.apply(operation)
            }
            try await duel.compareReads(all: true)
            try await duel.finish()
            return false
        } catch {
            return true
        }
    }

    /// A shorter history that still fails: without its tail, then without whatever is not needed.
    private static func shrink(
        _ history: [RandomOperation], seed: UInt64, _ engine: ContractEngine
    ) async -> [RandomOperation] {
        guard await fails(history, seed: seed, engine) else { return history }
        var shortest = history
        var tries = 0
        var chunk = shortest.count / 2
        while chunk > 0 {
            var start = max(0, shortest.count - chunk)
            while true {
                let end = min(start + chunk, shortest.count)
                let shorter = Array(shortest[..<start] + shortest[end...])
                tries += 1
                if tries > 400 { return shortest }
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
}

extension RandomOperation: CustomStringConvertible {
    var description: String {
        switch self {
        case .reopen: return "reopen"
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
