import Daybook
import DaybookBytes
import DaybookPlatform
import DaybookSimulation

@testable import DaybookJournal

/// A journal, and overlays over it that forget at different times.
final class DeciderBench {
    let journal: Journal
    let options: JournalOptions
    let chance: SeededRandomness
    private(set) var overlays: [Overlay]
    private(set) var used: [EventID] = []
    private(set) var candidates: [(append: Append, encoded: EncodedAppend, facts: [Facts])] = []

    init(seed: UInt64) throws {
        var options = JournalOptions.tiny
        options.overlayEventsMax = 8
        options.idempotencyWindow = 40
        options.idempotencyWalkMax = 12
        options.conditionCandidatesMax = 8
        options.indexStepsMax = 3
        self.options = options
        journal = try World(SimulatedDisk(), seed: seed, options: options).open()
        chance = SeededRandomness(seed: seed)
        let view = journal.view
        overlays = [1, 4, 8, 1000].map { most in
            Overlay(
                after: Watermark.Mark(position: 0, frame: 0), hash: view.index.hash,
                changesMax: most)
        }
    }

    var head: Position { journal.view.watermark.position }
    var frame: UInt64 { journal.view.watermark.mark.frame }

    /// Has an append recorded, if it is accepted, and tells the overlays.
    func record(_ append: Append) throws {
        let encoded = try EncodedAppend(append, hashKey: journal.view.index.hash.key)
        let facts = try Resolver(view: journal.view).resolve(encoded, .mayBlock)
        for index in overlays.indices {
            let hasRoom = overlays[index].makeRoom(
                for: encoded.eventCount, indexed: frame, last: frame)
            precondition(hasRoom, "all that was decided is in the index")
        }
        guard let answer = try? journal.append(append), !answer.isDuplicate else { return }
        for index in overlays.indices { fold(encoded, facts, answer, into: &overlays[index]) }
        used += append.entries.map(\.event.id)
    }

    private func fold(
        _ encoded: EncodedAppend, _ facts: Facts, _ answer: Appended, into overlay: inout Overlay
    ) {
        let numbers = overlay.begin(encoded, with: overlay.streams(of: encoded, after: facts))
        var revisions: [Revision] = []
        for event in 0..<encoded.eventCount {
            let position = answer.firstPosition + Position(event)
            // What was just appended lies in memory: reading it cannot fail.
            let batch = try! journal.view.batch(from: position, upTo: position, .mayBlock)
            revisions.append(batch.view(at: 0).revision)
        }
        let records = encoded.records
        var writer = ByteWriter()
        let frame = FrameHeader.append(
            to: &writer, segment: 1,
            FrameHeader.Heading(number: 1, firstPosition: answer.firstPosition, durableUpTo: 0),
            fields: RawSpan(), events: records.bytes, count: encoded.eventCount,
            revisions: revisions, recordedAt: 1)
        overlay.add(frame, of: encoded, in: writer.bytes, streams: numbers)
        if let mark = encoded.tracking { overlay.set(mark) }
        for record in encoded.systemRecords {
            let value = try? journal.view.index.record(
                owner: record.owner, key: record.key, .mayBlock)
            overlay.set(
                RecordKey(record.owner, record.key), sequence: value?.sequence)
        }
    }

    /// Finds out anew what there is to know for each candidate, and decides by all that was ever known.
    /// - Returns: decisions that differ, in words.
    func compare(_ codes: inout [String: Int]) throws -> String? {
        let decider = Decider(options)
        for index in candidates.indices {
            let encoded = candidates[index].encoded
            candidates[index].facts.append(
                try Resolver(view: journal.view).resolve(encoded, .mayBlock))
            var first: Decision?
            for facts in candidates[index].facts where facts.head + 16 > head {
                for overlay in overlays {
                    let decision = decider.decide(
                        encoded, overlay.streams(of: encoded, after: facts), facts, overlay)
                    if case .resolveAgain = decision {
                        codes["resolveAgain", default: 0] += 1
                        continue
                    }
                    codes[decision.name, default: 0] += 1
                    if let first, "\(first)" != "\(decision)" {
                        return
                            "\(candidates[index].append): by facts of frame \(facts.frame) of \(frame): "
                            + "\(decision), but also \(first)"
                    }
                    first = decision
                }
            }
        }
        return nil
    }

    func addCandidate() throws {
        let append = invent()
        let encoded = try EncodedAppend(append, hashKey: journal.view.index.hash.key)
        candidates.append((append, encoded, []))
        if candidates.count > 12 { candidates.removeFirst() }
    }

    /// A candidate is recorded itself: from then on it is a duplicate.
    func recordCandidate() throws {
        guard !candidates.isEmpty else { return }
        try record(candidates[chance.next(below: candidates.count)].append)
    }
}

extension Decision {
    fileprivate var name: String {
        switch self {
        case .accept: "accept"
        case .duplicate: "duplicate"
        case .refuse(let error) where error.why.contains("rarest"): "conditionTooBroad"
        case .refuse(let error): error.code.description
        case .resolveAgain: "resolveAgain"
        }
    }
}

extension DeciderBench {
    func invent() -> Append {
        var append = Append()
        if !chance.chance(1, in: 12) {
            for _ in 0...chance.next(below: 2) { addEvents(to: &append) }
        }
        if chance.chance(1, in: 3) {
            let queries = [
                Query.all, .types(["t0"]), .tags(["g1"]), .types(["t0", "t1"]),
                .matching(types: ["t0", "t1"], tags: ["g1"]),
                .tags(["g0", "g2"]).or(.matching(types: ["t2"], tags: ["g1"])),
            ]
            let back = Position(chance.next(below: 60))
            append.queryCondition = QueryCondition(
                failIfEventsMatch: queries[chance.next(below: queries.count)],
                after: head > back ? head - back : 0)
        }
        if append.entries.isEmpty || chance.chance(1, in: 8) { append.tracking = mark() }
        if chance.chance(1, in: 6) { append.records = [record()] }
        return append
    }

    private func addEvents(to append: inout Append) {
        let stream = chance.chance(1, in: 8) ? "$$s-0" : "s-\(chance.next(below: 4))"
        if append.entries.contains(where: { $0.stream == stream }) { return }
        var ids: Set<EventID> = []
        let events = (0...chance.next(below: 2)).compactMap { _ -> Event? in
            let old = used.suffix(60)
            let id =
                chance.chance(1, in: 3) && !old.isEmpty
                ? old[old.startIndex + chance.next(below: old.count)]
                : EventID(randomHigh: chance.next(), randomLow: 1)
            guard ids.insert(id).inserted else { return nil }
            return Event(
                id: id, type: "t\(chance.next(below: 3))", tags: ["g\(chance.next(below: 3))"])
        }
        append.add(events, to: stream, expecting: condition(stream))
    }

    private func condition(_ stream: String) -> StreamCondition {
        let next = (try? journal.view.index.facts(stream, .mayBlock))?.next ?? 0
        switch chance.next(below: 8) {
        case 0: return .none
        case 1: return .exists
        case 2...4:
            return next > 0
                ? .revision(next - 1 - min(next - 1, UInt64(chance.next(below: 4)))) : .none
        default: return .any
        }
    }

    private func mark() -> TrackingMark {
        let token = (try? journal.view.index.tracking("c", .mayBlock))?.token
        return TrackingMark(
            consumer: "c", from: chance.chance(1, in: 3) ? [1] : token,
            to: [UInt8(chance.next(below: 200))])
    }

    private func record() -> SystemRecord {
        let key = "k\(chance.next(below: 2))"
        let sequence = (try? journal.view.index.record(owner: "o", key: key, .mayBlock))?.sequence
        let condition: SystemRecord.Condition =
            switch chance.next(below: 4) {
            case 0: .none
            case 1: .sequence(sequence ?? 3)
            default: .any
            }
        return SystemRecord(
            owner: "o", key: key, value: chance.chance(1, in: 3) ? nil : [1], condition: condition)
    }
}
