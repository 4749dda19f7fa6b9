import Daybook
import Synchronization

@testable import DaybookJournal

/// What was asked of a journal, and what it answered: the oracle of the crash tests.
final class Ledger: Sendable {
    /// One append, tried once or more often with the same ids.
    struct Sent {
        var append: Append
        /// Set where it is a deletion: of this stream.
        var deletion: (kind: Deletion, stream: String)?
        var answers: [Answer] = []

        var acknowledged: [Appended] { answers.compactMap(\.appended) }
        /// Known not to be recorded: every try was refused, and said so.
        var isRefused: Bool {
            answers.allSatisfy { $0.code.map { $0 != .outcomeUnknown } ?? false }
        }
        var isUnknown: Bool { acknowledged.isEmpty && !isRefused }
    }

    private let state: Mutex<[Sent]>

    init(_ sent: [Sent] = []) { state = Mutex(sent) }

    /// A ledger of its own that begins with the same.
    func copy() -> Ledger { Ledger(sent) }

    var sent: [Sent] { state.withLock { $0 } }
    var count: Int { state.withLock { $0.count } }

    /// Notes an append before it is submitted; its number.
    func add(_ append: Append, deletion: (kind: Deletion, stream: String)? = nil) -> Int {
        state.withLock {
            $0.append(Sent(append: append, deletion: deletion))
            return $0.count - 1
        }
    }

    /// Submits an append that was noted, for the first time or again.
    func submit(_ number: Int, to journal: Journal, from submitter: Submitter? = nil) throws {
        let answer = Answer()
        let sent = state.withLock { state in
            state[number].answers.append(answer)
            return state[number]
        }
        let encoded: EncodedAppend
        if let (kind, stream) = sent.deletion {
            encoded = try journal.encode(
                deleting: stream, kind, expecting: sent.append.conditions[stream] ?? .any,
                id: sent.append.entries[0].event.id)
        } else {
            encoded = try journal.encode(sent.append)
        }
        journal.submit(encoded, from: submitter) { answer.set($0) }
    }

    /// Whether the append, made again, has to be recognised: a deletion has no ids, records have none, and
    /// `.none` and `.softDeleted` look behind the last deletion only.
    func isRepeatable(_ number: Int) -> Bool {
        let sent = sent
        guard sent[number].deletion == nil, !sent[number].append.entries.isEmpty else {
            return false
        }
        let looksBehind = sent[number].append.conditions.values.contains {
            $0 == .none || $0 == .softDeleted
        }
        return !looksBehind || sent[number...].allSatisfy { $0.deletion == nil }
    }

    /// The last position that was acknowledged.
    var lastAcknowledged: Position {
        sent.flatMap(\.acknowledged).map(\.lastPosition).max() ?? 0
    }
}

extension Append {
    /// What tells an append from all others of a workload: an id, a token, or a value used once.
    var key: String {
        if let entry = entries.first { return "event \(entry.event.id)" }
        if let mark = tracking { return "mark \(mark.consumer) \(mark.to)" }
        return "record \(records[0].key) \(records[0].value ?? [])"
    }
}

extension StoreScan.Frame {
    var key: String {
        if let event = events.first { return "event \(event.id)" }
        if let mark = fields.tracking { return "mark \(mark.consumer) \(mark.to)" }
        return "record \(fields.records[0].key) \(fields.records[0].value ?? [])"
    }

    /// Whether it holds exactly what the append asked for.
    func holds(_ append: Append) -> Bool {
        let records = append.records.map {
            FrameFields.Record(owner: $0.owner, key: $0.key, value: $0.value)
        }
        return events.count == append.entries.count
            && zip(events, append.entries).allSatisfy {
                $0.event == $1.event && $0.stream == $1.stream
            }
            && fields.tracking == append.tracking && fields.records == records
    }

    /// Whether this is where the answer says that the append stands.
    func stands(at answer: Appended) -> Bool {
        guard let first = events.first, let last = events.last else {
            return answer.firstPosition == firstPosition - 1
                && answer.lastPosition == firstPosition - 1
        }
        return answer.firstPosition == first.position && answer.lastPosition == last.position
            && answer.streams.allSatisfy { stream in
                events.last { $0.stream == stream.name }?.revision == stream.lastRevision
            }
    }
}

extension Ledger {
    /// Compares what a store holds with what was sent and answered: the first difference, in words.
    func difference(from scan: StoreScan) -> String? {
        if let problem = scan.problems.first { return problem }
        let sent = sent
        let numbers = Dictionary(
            uniqueKeysWithValues: sent.enumerated().map { ($1.append.key, $0) })
        var found: [Int: StoreScan.Frame] = [:]
        for frame in scan.appends {
            guard let number = numbers[frame.key] else {
                return "frame \(frame.number) was never sent"
            }
            if found[number] != nil { return "append \(number) is there twice" }
            if !frame.holds(sent[number].append) { return "append \(number) is not what was sent" }
            if sent[number].isRefused { return "append \(number) was refused, and is there" }
            found[number] = frame
        }
        for (number, one) in sent.enumerated() {
            for answer in one.acknowledged {
                guard let frame = found[number] else {
                    return "append \(number), acknowledged at \(answer.firstPosition), is lost"
                }
                if !frame.stands(at: answer) {
                    return
                        "append \(number), acknowledged as \(answer), stands at \(frame.firstPosition)"
                }
            }
        }
        return nil
    }
}
