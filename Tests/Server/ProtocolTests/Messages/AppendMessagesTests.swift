import Daybook
import DaybookBytes
import DaybookProtobuf
import DaybookProtocol
import Testing

/// Appends as they are sent and taken.
struct AppendMessagesTests {
    private static func message(_ body: (inout ProtobufWriter) -> Void) -> [UInt8] {
        var writer = ProtobufWriter()
        body(&writer)
        return writer.array
    }

    /// What a server finds in the bytes: the journal, the terms, and the events with their streams.
    private static func taken(
        _ bytes: [UInt8]
    ) throws -> (journal: String, terms: AppendTerms, entries: [Append.Entry]) {
        let sent = try V1.SentAppend(bytes.rawSpan)
        var events = EncodedEvents(capacity: 0)
        try sent.forEachEvent { event, stream in
            do throws(StoreError) { try events.add(event, to: stream) } catch { return error }
            return nil
        }
        let terms = sent.terms
        let journal = sent.journal
        try terms.validate(events)
        let parts = events.finish()
        var entries: [Append.Entry] = []
        let starts = [0] + parts.laterStarts + [parts.records.count]
        for index in 0..<parts.count {
            let view = EventView(
                record: parts.records.bytes.extracting(starts[index]..<starts[index + 1]),
                position: 1)
            let event = RecordedEvent(view)
            entries.append(Append.Entry(stream: event.stream, event: event.event))
        }
        return (journal, terms, entries)
    }

    private var append: Append {
        var append = Append(
            [
                Event(type: "opened", data: #"{"owner":"Ada"}"#),
                Event(
                    type: "paid-in", data: [0, 255], contentType: "application/cbor",
                    metadata: Array(#"{"by":"teller"}"#.utf8), tags: ["customer:ada", "till:3"],
                    causation: "command-1", correlation: "visit-7",
                    occurredAt: Timestamp(microseconds: -5)),
            ], to: "account-17", expecting: .revision(0))
        append.add([Event(type: "seen", contentType: Event.bytes)], to: "till-3")
        append.add([Event(type: "closed")], to: "account-17")
        append.add([], to: "bank", expecting: .exists)
        append.queryCondition = QueryCondition(
            failIfEventsMatch: Query([
                Query.Item(types: ["opened", "closed"], tags: ["customer:ada"]),
                Query.Item(stream: "s", category: "c", correlation: "r"),
            ]), after: 41)
        append.tracking = TrackingMark(consumer: "import", from: [1, 2], to: [], note: [9])
        append.records = [
            SystemRecord(owner: "mail", key: "7", value: [1], condition: .sequence(0)),
            SystemRecord(owner: "mail", key: "8", value: nil, condition: .none),
            SystemRecord(owner: "mail", key: "9", value: []),
        ]
        return append
    }

    @Test func `An append arrives as it was sent`() throws {
        let append = append
        let taken = try Self.taken(Self.message { append.encode(journal: "billing", into: &$0) })
        #expect(taken.journal == "billing")
        #expect(taken.entries.map(\.stream) == append.entries.map(\.stream))
        #expect(taken.entries.map(\.event) == append.entries.map(\.event))
        #expect(taken.terms.conditions == append.conditions)
        #expect(taken.terms.queryCondition == append.queryCondition)
        #expect(taken.terms.tracking == append.tracking)
        #expect(taken.terms.records == append.records)
    }

    @Test(arguments: [
        StreamCondition.any, .none, .exists, .softDeleted, .tombstoned, .revision(0),
        .revision(.max),
    ])
    func `Every condition arrives`(condition: StreamCondition) throws {
        let append = Append([Event(type: "t")], to: "s", expecting: condition)
        let taken = try Self.taken(Self.message { append.encode(journal: "", into: &$0) })
        #expect(taken.terms.conditions["s"] ?? .any == condition)
    }

    @Test func `A stream may be named behind its events, and an event may have no id`() throws {
        let taken = try Self.taken(
            Self.message { writer in
                writer.message(2) { writer in
                    writer.message(3) { $0.string(2, "t") }
                    writer.message(3) { $0.string(2, "u") }
                    writer.message(2) { $0.uint64(2, always: 3) }
                    writer.string(1, "s-1")
                }
            })
        #expect(taken.entries.map(\.stream) == ["s-1", "s-1"])
        #expect(taken.entries.map(\.event.type) == ["t", "u"])
        #expect(taken.entries[0].event.id != taken.entries[1].event.id)
        #expect(taken.entries[0].event.contentType == Event.json)
        #expect(taken.terms.conditions == ["s-1": .revision(3)])
    }

    private static func stream(_ body: (inout ProtobufWriter) -> Void) -> [UInt8] {
        message { writer in
            writer.message(2) { writer in
                writer.string(1, "s")
                writer.message(3) { $0.string(2, "t") }
                body(&writer)
            }
        }
    }

    private static let refused: [(String, [UInt8])] = [
        ("none that this server knows", stream { $0.empty(2) }),
        ("none that this server knows", stream { writer in writer.message(2) { $0.uint64(1, 0) } }),
        ("none that this server knows", stream { writer in writer.message(2) { $0.uint64(1, 6) } }),
        ("none that this server knows", stream { writer in writer.message(2) { $0.uint64(9, 1) } }),
        ("16 bytes", stream { writer in writer.message(3) { $0.array(1, [1, 2, 3]) } }),
        ("not UTF-8", stream { writer in writer.message(3) { $0.array(2, [0xFF]) } }),
        (
            "different bytes",
            stream { writer in
                writer.message(3) { writer in
                    writer.string(2, "t")
                    writer.string(6, "caf\u{e9}")
                    writer.string(6, "cafe\u{301}")
                }
            }
        ),
        (
            "two conditions",
            stream { writer in writer.message(2) { $0.uint64(2, always: 1) } }
                + stream { writer in writer.message(2) { $0.uint64(2, always: 1) } }
        ),
        ("too early", [0x12, 0x7F]),
        ("empty", []),
        ("empty", message { writer in writer.message(2) { $0.string(1, "s") } }),
    ]

    @Test(arguments: refused.indices)
    func `What cannot be an append is refused in words`(index: Int) throws {
        let (words, bytes) = Self.refused[index]
        let error = #expect(throws: StoreError.self) { _ = try Self.taken(bytes) }
        #expect(error?.code == .invalid)
        #expect(error?.description.contains(words) == true, "\(String(describing: error))")
    }

    @Test func `A request of many has its number`() throws {
        let append = append
        let bytes = Self.message { V1.encode(append, journal: "", number: 77, into: &$0) }
        let sent = try V1.SentPipelined(bytes.rawSpan)
        #expect(sent.number == 77)
        #expect(try Self.taken(Array(bytes[sent.append])).entries.count == 4)
    }

    @Test func `Answers arrive as they were sent`() throws {
        let appended = Appended(
            firstPosition: 4, lastPosition: 6,
            streams: [
                Appended.Stream(name: "a", lastRevision: 0),
                Appended.Stream(name: "b", lastRevision: 7),
            ], isDuplicate: true)
        let bytes = Self.message { appended.encode(into: &$0) }
        #expect(try V1.SentAppended.decoded(from: bytes.rawSpan).appended == appended)
        let error = StoreError(
            .wrongRevision, "what", why: "why", remedy: "remedy", place: "place", stream: "s",
            actual: .softDeleted(last: 0), position: 0, systemError: -1)
        for result in [Result<Appended, StoreError>.success(appended), .failure(error)] {
            let bytes = Self.message { V1.encode(result, number: 3, into: &$0) }
            let answer = try V1.PipelinedAnswer.decoded(from: bytes.rawSpan)
            #expect(answer.number == 3)
            #expect(answer.result == result)
        }
    }

    @Test(arguments: [Deletion.soft, .tombstone])
    func `A deletion arrives as it was sent`(kind: Deletion) throws {
        let request = V1.DeleteRequest("s", kind, expecting: .revision(2), journal: "j")
        let sent = try V1.DeleteRequest.decoded(from: request.encoded().rawSpan)
        #expect(sent.stream == "s")
        #expect(sent.journal == "j")
        #expect(try sent.known() == (kind, .revision(2)))
        #expect(throws: StoreError.self) { _ = try V1.DeleteRequest().known() }
    }
}
