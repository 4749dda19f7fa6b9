import Daybook
import DaybookSourcing
import DaybookStoreContract
import Testing

/// An event as some version of the program has recorded it, and what it is to a card by now.
private struct RecordedCardEvent {
    var type: String
    var version = 1
    var data: String
    var change: (inout Card.State) -> Void

    /// One of all that journals of cards hold.
    static func random(_ random: inout Seeded) -> RecordedCardEvent {
        let number = Int.random(in: 1...9, using: &random)
        let all = [
            RecordedCardEvent(
                type: ["card-issued", "card-made"].randomElement(using: &random)!,
                data: #"{"name":"Ada"}"#
            ) { $0.issue("Ada", "debit", 0) },
            RecordedCardEvent(
                type: "card-made", version: 2, data: #"{"holder":"Bob","kind":"credit"}"#
            ) { $0.issue("Bob", "credit", 0) },
            RecordedCardEvent(
                type: "card-issued", version: 3,
                data: #"{"holder":"Cy","kind":"gold","limit":\#(number)}"#
            ) { $0.issue("Cy", "gold", number) },
            RecordedCardEvent(type: "card-charged", data: #"{"euros":\#(number)}"#) {
                $0.spent += 100 * number
            },
            RecordedCardEvent(type: "card-charged", data: #"{"euros":1,"fee":\#(number)}"#) {
                $0.spent += 100
                $0.fees += 100 * number
            },
            RecordedCardEvent(type: "card-charged", version: 2, data: #"{"cents":\#(number)}"#) {
                $0.spent += number
            },
            RecordedCardEvent(type: "card-fee-charged", data: #"{"cents":\#(number)}"#) {
                $0.fees += number
            },
            RecordedCardEvent(type: "card-blocked", data: "{}") { $0.isBlocked = true },
            RecordedCardEvent(
                type: "card-replaced", data: #"{"holder":"Di","kind":"debit","limit":\#(number)}"#
            ) { $0.issue("Di", "debit", number) },
            RecordedCardEvent(type: "statement-printed", data: "{}") { _ in },
            RecordedCardEvent(type: "card-lost-\(number)", data: "{}") {
                $0.others.append("card-lost-\(number)")
            },
        ]
        return all.randomElement(using: &random)!
    }

    var event: Event {
        Event(
            type: type, data: Array(data.utf8),
            metadata: version == 1 ? [] : Array(#"{"$version":\#(version)}"#.utf8))
    }
}

extension Card.State {
    fileprivate mutating func issue(_ holder: String, _ kind: String, _ limit: Int) {
        (self.holder, self.kind, self.limit, isBlocked) = (holder, kind, limit, false)
    }
}

/// A stream of a card as a plain list, with what was deleted and what is gone.
private struct PlainCard {
    var events: [RecordedCardEvent] = []
    /// The revision of the first event since it was deleted last.
    var begins = 0
    var metadata = StreamMetadata()
    /// After a deletion by metadata, others would bring back what was deleted.
    var keepsMetadata = false

    /// The revision of the first event that is left.
    var first: Int {
        let truncated = min(Int(clamping: metadata.truncateBefore ?? 0), events.count)
        let kept = events.count - Int(clamping: metadata.maxCount ?? .max)
        return keepsMetadata ? begins : max(begins, truncated, kept)
    }

    func state(from first: Int, to last: Int? = nil) -> Card.State {
        var state = Card().initial
        for event in events[first..<(last.map { $0 + 1 } ?? events.count)] { event.change(&state) }
        return state
    }

    /// Its state with all that ever counted.
    var full: Card.State { state(from: begins) }
    /// Whether that can be told from what is left.
    var isWhole: Bool { first == begins }
    /// After a deletion, a stream that is as long as it may be, or begins where it is truncated, is not known to be whole.
    var mayBeRefused: Bool {
        if begins == 0 || !isWhole { return !isWhole }
        return UInt64(events.count - begins) >= metadata.maxCount ?? .max
            || !keepsMetadata && metadata.truncateBefore ?? 0 >= UInt64(begins)
    }
}

/// Histories with events of all versions, in streams that are truncated, deleted and begun anew, against plain lists.
@Suite struct `Random histories of a changing program` {
    private let store = ModelStore()
    /// Those of programs that write JSON, and those of programs that write CBOR.
    private let cards: [[Repository<Card>]]
    private let lenient: Repository<Card>

    init() throws {
        let model = store
        func stored(as format: EventFormat) throws -> SourcedStore {
            SourcedStore(model, catalog: try cardCatalog(unknown: .raw, format: format))
        }
        var policy = SnapshotPolicy.every(3)
        policy.checksOneIn = 1
        let uncached = RepositoryOptions { $0.cachedStatesMax = 0 }
        cards = try [EventFormat.json, .cbor].map { format in
            let store = try stored(as: format)
            return [
                try Repository(Card(), in: store, options: uncached),
                try Repository(Card(), in: store),
                try Repository(Card(), in: store, snapshots: policy, options: uncached),
                try Repository(Card(), in: store, snapshots: policy),
            ]
        }
        lenient = try Repository(
            Card(), in: try stored(as: .json),
            options: RepositoryOptions {
                $0.cachedStatesMax = 0
                $0.readsTruncatedStreams = true
            })
    }

    @Test(arguments: 1...12 as ClosedRange<UInt64>)
    func `Lead to the same states, and to none where something is missing`(seed: UInt64)
        async throws
    {
        var random = Seeded(state: seed)
        let cards = cards[Int(seed % 2)]
        var plain: [String: PlainCard] = [:]
        for step in 0..<150 {
            let id = ["a", "b", "c-d"].randomElement(using: &random)!
            var card = plain[id] ?? PlainCard()
            let comment = Comment(rawValue: "seed \(seed), step \(step), card \(id)")
            switch Int.random(in: 0..<20, using: &random) {
            case 0: try await delete(&card, id, byMetadata: .random(using: &random))
            case 1: try await truncate(&card, id, &random)
            case 2..<8:
                // The present program adds to it.
                try await charge(&card, id, cards.randomElement(using: &random)!, comment)
            default:
                let next = RecordedCardEvent.random(&random)
                try await store.append([next.event], to: "card-\(id)")
                card.events.append(next)
            }
            plain[id] = card
            let asked = cards.randomElement(using: &random)!
            try await check(asked, card, id, comment)
        }
        for (id, card) in plain {
            let comment = Comment(rawValue: "seed \(seed), card \(id)")
            for repository in cards { try await check(repository, card, id, comment) }
            #expect(
                try await lenient.load(id).state == card.state(from: card.first), comment)
            try await checkHistory(card, id, comment, &random)
        }
        for repository in cards { try await repository.verifySnapshots() }
    }

    private func delete(
        _ card: inout PlainCard, _ id: String, byMetadata: Bool
    ) async throws {
        if card.begins == card.events.count { return }
        if byMetadata {
            card.metadata = StreamMetadata(truncateBefore: StreamMetadata.truncatesAll)
            card.keepsMetadata = true
            try await store.setMetadata(card.metadata.encoded, of: "card-\(id)")
        } else {
            try await store.delete("card-\(id)")
        }
        card.begins = card.events.count
    }

    private func truncate(
        _ card: inout PlainCard, _ id: String, _ random: inout Seeded
    ) async throws {
        if card.keepsMetadata { return }
        if Bool.random(using: &random) {
            let before = Int.random(in: card.first...card.events.count, using: &random)
            card.metadata.truncateBefore = Revision(before)
        } else {
            let count = UInt64.random(in: 2...30, using: &random)
            card.metadata.maxCount = min(card.metadata.maxCount ?? .max, count)
        }
        try await store.setMetadata(card.metadata.encoded, of: "card-\(id)")
    }

    /// Decides on a card, unless too little is known of it.
    private func charge(
        _ card: inout PlainCard, _ id: String, _ repository: Repository<Card>, _ comment: Comment
    ) async throws {
        let mayBeRefused = card.mayBeRefused
        do {
            let done = try await repository.update(id) { _ in [.charged(CardCharged(cents: 7))] }
            card.events.append(
                RecordedCardEvent(type: "card-charged", version: 2, data: "") { $0.spent += 7 })
            #expect(done.state == card.full, comment)
        } catch let error as SourcingError where error.code == .truncated {
            #expect(mayBeRefused, comment)
        }
    }

    private func check(
        _ repository: Repository<Card>, _ card: PlainCard, _ id: String, _ comment: Comment
    ) async throws {
        let (state, mayBeRefused) = (card.full, card.mayBeRefused)
        do {
            #expect(try await repository.load(id).state == state, comment)
        } catch let error as SourcingError where error.code == .truncated {
            #expect(mayBeRefused, comment)
        }
    }

    private func checkHistory(
        _ card: PlainCard, _ id: String, _ comment: Comment, _ random: inout Seeded
    ) async throws {
        if card.events.isEmpty { return }
        let last = Int.random(in: 0..<card.events.count, using: &random)
        let (begins, isWhole, mayBeRefused) = (card.begins, card.isWhole, card.mayBeRefused)
        do {
            let state = try await cards[0][0].load(id, at: .revision(Revision(last))).state
            #expect(last >= begins && isWhole, comment)
            #expect(state == card.state(from: begins, to: last), comment)
        } catch let error as SourcingError where error.code == .invalid {
            #expect(last < begins || mayBeRefused, comment)
        }
    }
}
