import Daybook
import DaybookBytes
import DaybookPlatform
import Testing

@testable import DaybookJournal

/// What events do to a stream, cut in pieces and joined.
@Suite struct StreamDeltaTests {
    private enum Happening {
        case event, softDelete, tombstone, metadata

        static func any(_ chance: SeededRandomness) -> Happening {
            switch chance.next(below: 20) {
            case 0..<12: .event
            case 12..<17: .softDelete
            case 17: .tombstone
            default: .metadata
            }
        }
    }

    /// By the words of the contract, one after another.
    private static func facts(
        _ happenings: ArraySlice<Happening>, after known: StreamFacts = StreamFacts()
    ) -> StreamFacts {
        var facts = known
        for happening in happenings {
            switch happening {
            case .event:
                if facts.next > 0 && facts.first == facts.next { facts.reopened = facts.next }
                facts.next += 1
            case .softDelete: facts.first = facts.next
            case .tombstone:
                facts.first = facts.next
                facts.isTombstoned = true
            case .metadata: facts.hasMetadata = true
            }
        }
        return facts
    }

    private static func delta(
        _ happenings: ArraySlice<Happening>, from next: Revision
    ) -> StreamDelta {
        var delta = StreamDelta()
        var revision = next
        for happening in happenings {
            switch happening {
            case .event:
                delta.take(revision)
                revision += 1
            case .softDelete: delta.delete(isTombstone: false)
            case .tombstone: delta.delete(isTombstone: true)
            case .metadata: delta.setMetadata()
            }
        }
        return delta
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `However a history is cut and joined again, it says the same`(seed: UInt64) {
        let chance = SeededRandomness(seed: seed)
        var reopened = 0
        for _ in 0..<400 {
            let history = (0..<chance.next(below: 24)).map { _ in Happening.any(chance) }[...]
            let whole = Self.delta(history, from: 0)
            var parts: [StreamDelta] = []
            var known = StreamFacts()
            var at = 0
            while at < history.count {
                let end = at + 1 + chance.next(below: history.count - at)
                let part = Self.delta(history[at..<end], from: known.next)
                #expect(known.after(part) == Self.facts(history[at..<end], after: known))
                known = known.after(part)
                parts.append(part)
                at = end
            }
            #expect(known == Self.facts(history), "seed \(seed): \(history)")
            while parts.count > 1 {
                let place = chance.next(below: parts.count - 1)
                let later = parts.remove(at: place + 1)
                parts[place] = parts[place].joined(with: later)
            }
            #expect(parts.first ?? StreamDelta() == whole, "seed \(seed): \(history)")
            #expect(StreamFacts().after(whole) == known)
            if known.reopened > 0 { reopened += 1 }
        }
        #expect(reopened > 50)
    }

    @Test(arguments: 11...13 as ClosedRange<UInt64>)
    func `It says what the index in memory says`(seed: UInt64) {
        let chance = SeededRandomness(seed: seed)
        for _ in 0..<50 {
            let history = (0..<chance.next(below: 20)).map { _ in Happening.any(chance) }
            var index = EventIndex(hashKey: seed)
            var (revision, ofMetadata): (Revision, Revision) = (0, 0)
            for (place, happening) in history.enumerated() {
                let isEvent = happening == .event
                let type =
                    switch happening {
                    case .event: "opened"
                    case .softDelete: SystemType.softDeleted
                    case .tombstone: SystemType.tombstoned
                    case .metadata: SystemType.metadata
                    }
                let stream = isEvent ? "account-1" : StreamName.metadata(of: "account-1")
                var writer = ByteWriter()
                EventRecord.encode(Event(type: type), stream: stream, into: &writer)
                writer.patch(isEvent ? revision : ofMetadata, at: EventRecord.revisionAt)
                index.add(EventView(record: writer.bytes, position: Position(place + 1)))
                if isEvent { revision += 1 } else { ofMetadata += 1 }
            }
            let facts = index.facts(Array("account-1".utf8).rawSpan) ?? StreamFacts()
            let delta = Self.delta(history[...], from: 0)
            #expect(StreamFacts().after(delta) == facts, "seed \(seed): \(history)")
        }
    }

    @Test(arguments: 21...22 as ClosedRange<UInt64>)
    func `What is written is read again, and nothing shorter`(seed: UInt64) {
        let chance = SeededRandomness(seed: seed)
        for _ in 0..<200 {
            let history = (0..<chance.next(below: 12)).map { _ in Happening.any(chance) }
            let start = Revision(chance.next(below: 3)) << 20
            let delta = Self.delta(history[...], from: start)
            var writer = ByteWriter()
            writer.append(UInt8(1))
            delta.encode(into: &writer)
            let bytes = writer.finish()
            let decoded = StreamDelta.decode(bytes.bytes, at: 1, count: delta.count)
            #expect(decoded?.delta == delta && decoded?.end == bytes.count)
            for length in 1..<bytes.count {
                let short = bytes.bytes.extracting(0..<length)
                let isRead = StreamDelta.decode(short, at: 1, count: delta.count) != nil
                #expect(!isRead)
            }
        }
    }
}
