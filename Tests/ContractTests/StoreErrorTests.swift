import Daybook
import Testing

@Suite("StoreError")
struct StoreErrorTests {
    static let entry = Append.Entry(
        stream: "account-7", event: Event(id: EventID(high: 1, low: 2), type: "t"))

    /// Each refusal, and what its text has to mention.
    static let refusals: [(StoreError, [String])] = [
        (
            .wrongRevision("account-7", expected: .revision(5), actual: .live(last: 9)),
            ["account-7", "5", "9"]
        ),
        (
            .wrongRevision("account-7", expected: .none, actual: .never),
            ["account-7", "never written"]
        ),
        (.streamDeleted("account-7", actual: .tombstoned(last: 1)), ["account-7", "for good"]),
        (.streamNotFound("account-7", actual: .softDeleted(last: 3)), ["account-7", "3"]),
        (.conflict(at: 41, after: 17), ["41", "17"]),
        (
            .wrongToken(consumer: "importer", expected: [1, 171], actual: nil),
            ["importer", "0x01ab", "none"]
        ),
        (
            .wrongToken(owner: "queue", key: "k-1", expected: .sequence(3), actual: 8),
            ["queue", "k-1", "3", "8"]
        ),
        (.wrongToken(owner: "queue", key: "k-1", expected: .none, actual: 8), ["none", "8"]),
        (
            .partialDuplicate(
                found: 1, of: 3, id: entry.event.id, stream: entry.stream, position: 41),
            ["1 of 3", "account-7", "41"]
        ),
        (.conditionTooOld(after: 41), ["41", "65536"]),
        (.conditionTooBroad(after: 41, limit: 77), ["41", "77", "rarest"]),
        (.beyondHead(41, head: 17), ["41", "17"]),
        (.closed(), ["closed"]), (.readOnly(), ["reading"]),
        (
            .tooLarge("An event", 41, limit: 17, named: "eventBytesMax"),
            ["41", "17", "eventBytesMax"]
        ),
        (.emptyName(.tag, place: "stream 'account-7', event 3"), ["tag", "account-7", "event 3"]),
        (.longName(.type, "abc", limit: 2, place: nil), ["type", "abc", "3", "2"]),
        (.controlCharacter(.stream, "a\u{1}b", place: nil), ["stream", "a\\u{1}b"]),
        (.systemStream("$x", place: nil), ["$x"]),
        (.reservedType(SystemType.softDeleted, place: nil), [SystemType.softDeleted]),
        (.idTwice(entry.event.id, place: "event 3"), [entry.event.id.description, "event 3"]),
        (.twoSpellings("ä", place: nil), ["ä"]), (.emptyAppend(), ["empty"]),
        (.recordTwice(owner: "queue", key: "k-1"), ["queue", "k-1"]),
        (.negativeLimit(-41), ["-41"]), (.revisionWithoutStream(41), ["41"]),
        (.wrongEnd(), ["end"]), (.emptyQueryItem(41), ["41"]),
        (.longQuery("tags", 41, limit: 17, place: nil), ["tags", "41", "17"]),
    ]

    @Test func `Every refusal says what, why and what to do, and mentions what it is about`() {
        for (error, mentions) in Self.refusals {
            #expect(!error.what.isEmpty && !error.why.isEmpty && !error.remedy.isEmpty)
            #expect(error.what.last != "." && error.why.last != ".", "\(error)")
            #expect(error.remedy.last == ".", "\(error)")
            let parts = [error.what, error.why, error.place ?? ""].joined(separator: "|")
            for mention in mentions { #expect(parts.contains(mention), "\(mention): \(error)") }
            #expect(error.description.contains(error.what))
            #expect(error.description.contains(error.why))
            #expect(error.description.contains(error.remedy))
        }
    }

    @Test func `The description reads as sentences`() {
        let error = StoreError.wrongRevision(
            "account-7", expected: .revision(5), actual: .live(last: 9))
        let sentences = [
            "Stream 'account-7' is not as expected: the append expects that it has 5 as its",
            "last revision, but its last revision is 9 (stream 'account-7').",
            "Read the stream again, decide anew and append with what it is now.",
        ]
        #expect(error.description == sentences.joined(separator: " "))
    }

    @Test func `A long or hostile name is shown short and harmless`() {
        let name = "\u{1B}[31m" + String(repeating: "x", count: 5000)
        let text = StoreError.quoted(name)
        #expect(text.hasPrefix("'\\u{1b}[31mx"))
        #expect(text.count < 100)
        #expect(text.hasSuffix("…'"))
    }

    @Test func `A wrong checkpoint tells which of its parts is wrong`() throws {
        let journal = EventID(high: 1, low: 2)
        let event = EventID(high: 3, low: 4)
        let head = Checkpoint(journal: journal, epoch: 1, position: 9, event: EventID())
        let wrong: [(Checkpoint, String)] = [
            (Checkpoint(journal: event, epoch: 1, position: 4, event: event), "\(event)"),
            (Checkpoint(journal: journal, epoch: 2, position: 4, event: event), "restored"),
            (Checkpoint(journal: journal, epoch: 1, position: 10, event: event), "beyond the head"),
            (Checkpoint(journal: journal, epoch: 1, position: 4, event: event), "another event"),
        ]
        for (checkpoint, mention) in wrong {
            let error = #expect(throws: StoreError.self) {
                try checkpoint.check(against: head) { (_) throws(StoreError) in journal }
            }
            #expect(error?.code == .wrongCheckpoint)
            #expect(error?.why.contains(mention) == true, "\(mention)")
            #expect(error?.remedy.isEmpty == false)
        }
    }
}
