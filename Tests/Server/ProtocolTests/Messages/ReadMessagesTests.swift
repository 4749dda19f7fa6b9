import Daybook
import DaybookBytes
import DaybookProtobuf
import DaybookProtocol
import Testing

/// Reads and subscriptions as they are asked for and answered.
struct ReadMessagesTests {
    private static func message(_ body: (inout ProtobufWriter) -> Void) -> [UInt8] {
        var writer = ProtobufWriter()
        body(&writer)
        return writer.array
    }

    private static let query = Query([
        Query.Item(types: ["opened"], tags: ["a:1", "b:2"]), Query.Item(category: "account"),
    ])

    private static let reads = [
        Read(), Read(.all, .backwards), Read(.stream("s"), from: .revision(0), limit: 0),
        Read(.category("c"), .backwards, from: .position(.max), limit: 9),
        Read(
            .query(query), from: .time(Timestamp(microseconds: -1)),
            occurredSince: Timestamp(microseconds: 0), occurredUntil: Timestamp(microseconds: -7),
            includesSystemStreams: true),
    ]

    @Test(arguments: reads) func `A read arrives as it was asked for`(read: Read) throws {
        let place = V1.Place(journal: "j", history: "h")
        let bytes = Self.message { read.encode(place, into: &$0) }
        let sent = try V1.SentRead.decoded(from: bytes.rawSpan)
        #expect(try sent.read() == read)
        #expect(sent.place == place)
    }

    private static let subscriptions = [
        Subscription(), Subscription(.stream("s"), from: .now),
        Subscription(.query(query), from: .after(0), includesSystemStreams: true),
        Subscription(
            .category("c"),
            from: .checkpoint(
                Checkpoint(
                    journal: EventID(high: 1, low: 2), epoch: 255, position: 9,
                    event: EventID(high: 3, low: 4)))),
    ]

    @Test(arguments: subscriptions)
    func `A subscription arrives as it was asked for`(subscription: Subscription) throws {
        let bytes = Self.message { subscription.encode(V1.Place(), into: &$0) }
        let sent = try V1.SentSubscription.decoded(from: bytes.rawSpan)
        #expect(try sent.subscription() == subscription)
    }

    @Test func `A request without any fields is one for everything`() throws {
        #expect(try V1.SentRead().read() == Read())
        #expect(try V1.SentSubscription().subscription() == Subscription())
    }

    @Test(arguments: [
        message { $0.empty(2) }, message { writer in writer.message(2) { $0.string(9, "x") } },
        message { $0.uint64(3, 3) }, message { $0.empty(4) },
        message { writer in writer.message(2) { $0.string(3, "") } },
        message { writer in
            writer.message(2) { writer in writer.message(4) { $0.empty(1) } }
        },
        message { writer in writer.message(4) { $0.uint64(2, always: 1) } },
    ])
    func `What a server does not know is refused, and not read as everything`(bytes: [UInt8])
        throws
    {
        let error = #expect(throws: StoreError.self) {
            _ = try V1.decoded(bytes.rawSpan, as: V1.SentRead.self).read()
        }
        #expect(error?.code == .invalid)
    }

    @Test func `So is a checkpoint that is none`() throws {
        let bytes = Self.message { writer in writer.message(3) { $0.string(4, "x") } }
        let sent = try V1.SentSubscription.decoded(from: bytes.rawSpan)
        let error = #expect(throws: StoreError.self) { _ = try sent.subscription() }
        #expect(error?.code == .invalid)
    }

    private static let events: [RecordedEvent] = [
        recorded(1, Event(type: "opened", data: #"{"owner":"Ada"}"#)),
        recorded(2, Event(type: "t", data: [], contentType: Event.bytes, metadata: [1, 2])),
        recorded(
            300_000,
            Event(
                type: "paid-in", data: [0], contentType: "application/cbor",
                metadata: [3], tags: ["customer:ada", "till:3"], causation: "",
                correlation: "visit-7", occurredAt: Timestamp(microseconds: -5))),
        recorded(300_001, Event(type: "t", tags: ["x"])),
        recorded(300_002, Event(type: "large", data: Array(repeating: 7, count: 200_000))),
        recorded(300_003, Event(type: "last")),
    ]

    private static func recorded(_ position: Position, _ event: Event) -> RecordedEvent {
        RecordedEvent(
            stream: "account-\(position)", revision: position - 1, position: position,
            recordedAt: Timestamp(microseconds: 1_700_000_000_000_000), event: event)
    }

    private static func batch(_ events: [RecordedEvent]) -> EventBatch {
        var writer = ByteWriter()
        var entries: [EventBatch.Entry] = []
        for event in events {
            let start = writer.count
            EventRecord.encode(event.event, stream: event.stream, into: &writer)
            writer.patch(event.revision, at: start + EventRecord.revisionAt)
            writer.patch(event.recordedAt.microseconds, at: start + EventRecord.recordedAtAt)
            entries.append(
                EventBatch.Entry(
                    position: event.position, offset: start, length: writer.count - start))
        }
        return EventBatch(block: writer.finish(), entries: entries)
    }

    @Test func `Events arrive as they were recorded, a message has so many and no more`() throws {
        let batch = Self.batch(Self.events)
        var read: [RecordedEvent] = []
        var counts: [Int] = []
        var index = 0
        while index < batch.count {
            var writer = ProtobufWriter()
            index = V1.write(batch, from: index, into: &writer)
            writer.string(2, "history")
            writer.uint64(3, 300_003)
            let sent = try V1.SentBatch(writer.buffer.bytes)
            #expect(sent.history == "history")
            #expect(sent.head == 300_003)
            let events = try #require(sent.events)
            for place in events.indices {
                let isWhole = EventRecord.isWellFormed(events.view(at: place).record)
                #expect(isWhole)
            }
            read += events.events
            counts.append(events.count)
        }
        #expect(read == Self.events)
        #expect(counts == [5, 1], "a large event ends its message")
    }

    @Test func `Signals arrive as they were sent`() throws {
        func signal(_ body: (inout ProtobufWriter) -> Void) throws -> V1.SentSignal {
            try V1.SentSignal(Self.message(body).rawSpan)
        }
        let started = V1.Started(behind: 7, history: "h")
        guard case .started(7, "h") = try signal({ started.encodeSignal(into: &$0) }) else {
            Issue.record("no start")
            return
        }
        guard case .signal(.progress(0)) = try signal({ $0.uint64(3, always: 0) }),
            case .signal(.caughtUp) = try signal({ $0.empty(4) }),
            case .unknown = try signal({ $0.string(77, "later") })
        else {
            Issue.record("other signals")
            return
        }
        let batch = Self.batch(Self.events)
        let events = try signal { writer in
            writer.message(2) { _ = V1.write(batch, from: 5, into: &$0) }
        }
        guard case .signal(.events(let told)) = events else {
            Issue.record("no events")
            return
        }
        #expect(told.events == [Self.events[5]])
    }

    @Test(arguments: [
        message { $0.uint64(1, 1) },
        message { writer in
            writer.uint64(1, 1)
            writer.string(4, "s")
            writer.message(5) {
                $0.string(2, "t")
                $0.array(1, [1])
            }
        },
        message { writer in
            writer.uint64(1, 1)
            writer.uint64(2, .max)
            writer.string(4, "s")
            writer.message(5) { $0.string(2, "t") }
        },
        message { writer in
            writer.uint64(1, .max)
            writer.string(4, "s")
            writer.message(5) { $0.string(2, "t") }
        },
        message { writer in
            writer.uint64(1, 1)
            writer.string(4, String(repeating: "s", count: 2_048))
            writer.message(5) { $0.string(2, "t") }
        },
        message { writer in
            writer.uint64(1, 1)
            writer.string(4, "s")
            writer.message(5) { $0.string(2, String(repeating: "t", count: 2_048)) }
        },
    ])
    func `A client refuses what cannot have been recorded`(event: [UInt8]) throws {
        let bytes = Self.message { $0.array(1, event) }
        #expect(throws: ProtobufError.self) { _ = try V1.SentBatch(bytes.rawSpan) }
    }
}
