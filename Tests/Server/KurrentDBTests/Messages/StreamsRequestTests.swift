import Daybook
import DaybookBytes
import DaybookGRPC
import DaybookKurrentDB
import DaybookProtobuf
import Testing

struct StreamsRequestTests {
    private func request<Message: ProtobufDecodable>(
        _ type: Message.Type, _ name: String
    ) throws -> Message {
        try read(type, hex(#require(requestVectors[name])))
    }

    @Test func `a read of a stream says from where, which way and how many`() throws {
        let options = try #require(request(Streams.ReadRequest.self, "read stream").options)
        guard case .stream(let source) = options.source else { throw Missing() }
        #expect(source.stream == "order-1")
        #expect(source.start == .revision(5))
        #expect(options.direction == .backwards)
        #expect(options.resolvesLinks)
        #expect(options.extent == .count(UInt64(Int64.max)))
        #expect(options.filter == Streams.ReadRequest.Options.FilterChoice.none)
        #expect(options.uuidForm == .string)
        #expect(options.compatibility == 1)
    }

    @Test func `defaults are a read forwards that follows no links`() throws {
        let options = try #require(request(Streams.ReadRequest.self, "read stream start").options)
        guard case .stream(let source) = options.source else { throw Missing() }
        #expect(source.stream == "ü")
        #expect(source.start == .start)
        #expect(options.direction == .forwards)
        #expect(!options.resolvesLinks)
        #expect(options.extent == .count(0))
        #expect(options.uuidForm == .structured)
        #expect(options.compatibility == 0)
        #expect(try read(Streams.ReadRequest.self, []).options == nil)
    }

    @Test func `a subscription to all has a place to go on from, and a filter`() throws {
        let options = try #require(request(Streams.ReadRequest.self, "read all").options)
        var position = LogPosition(7)
        position.prepare = 6
        guard case .all(let source) = options.source, case .filter(let filter) = options.filter
        else { throw Missing() }
        #expect(source.start == .position(position))
        #expect(options.extent == .subscription)
        #expect(filter.subject == .stream)
        #expect(filter.regex == "^[^$].*")
        #expect(filter.prefixes == [])
        #expect(filter.window == .max(32))
        #expect(filter.checkpointIntervalMultiplier == 3)
    }

    @Test func `a filter may be by prefixes of types`() throws {
        let options = try #require(request(Streams.ReadRequest.self, "read all prefix").options)
        guard case .all(let source) = options.source, case .filter(let filter) = options.filter
        else { throw Missing() }
        #expect(source.start == .end)
        #expect(filter.subject == .type)
        #expect(filter.prefixes == ["a", "b"])
        #expect(filter.window == .count)
    }

    @Test(
        arguments: [
            ("revision", .revision(0)), ("none", .noStream), ("any", .any),
            ("exists", .streamExists),
        ] as [(String, ExpectedRevision)])
    func `an append begins with the stream and what is expected of it`(
        name: String, expected: ExpectedRevision
    ) throws {
        let request = try request(Streams.AppendRequest.self, "append options " + name)
        guard case .options(let options) = request.content else { throw Missing() }
        #expect(options.stream == "order-1")
        #expect(options.expected == expected)
    }

    @Test func `an event to be appended has an id, a type, data and metadata`() throws {
        let bytes = try hex(#require(requestVectors["append event"]))
        guard case .event(let event) = try read(Streams.AppendRequest.self, bytes).content else {
            throw Missing()
        }
        func text(_ place: Range<Int>?) throws -> String {
            String(decoding: bytes[try #require(place)], as: UTF8.self)
        }
        #expect(event.id == id)
        #expect(try text(event.type) == "OrderPlaced")
        #expect(try text(event.contentType) == Event.json)
        #expect(try text(event.metadata) == #"{"a":1}"#)
        #expect(try text(event.data) == #"{"b":2}"#)
    }

    @Test func `an event may be bytes, its id two halves, and other properties are left alone`()
        throws
    {
        let bytes = try hex(#require(requestVectors["append event bytes"]))
        guard case .event(let event) = try read(Streams.AppendRequest.self, bytes).content else {
            throw Missing()
        }
        #expect(event.id == id)
        #expect(bytes[try #require(event.type)] == [UInt8(ascii: "T")])
        #expect(bytes[try #require(event.contentType)].elementsEqual(Event.bytes.utf8))
        #expect(event.metadata.isEmpty)
        #expect(bytes[event.data] == [0, 255])
    }

    @Test func `a batch has events, a correlation and a time`() throws {
        let bytes = try hex(#require(requestVectors["batch"]))
        let batch = try read(Streams.BatchAppendRequest.self, bytes)
        #expect(batch.correlation == SentUUID(id, .string))
        #expect(batch.options?.stream == "order-1")
        #expect(batch.options?.expected == .noStream)
        guard case .after(let time) = batch.options?.deadline else { throw Missing() }
        #expect(time.seconds == 315_576_000_000)
        #expect(batch.events.map { bytes[$0.data] } == [[0x31], [0x32]])
        #expect(batch.events.map(\.id) == [id, id])
        #expect(batch.isFinal)
    }

    @Test func `a batch of an older client has an instant`() throws {
        let batch = try request(Streams.BatchAppendRequest.self, "batch old")
        #expect(batch.correlation == SentUUID(id, .structured))
        #expect(batch.options?.expected == .revision(9))
        guard case .at(let instant) = batch.options?.deadline else { throw Missing() }
        #expect(instant.seconds == 5 && instant.nanos == 6)
        #expect(!batch.isFinal)
    }

    @Test func `a delete and a tombstone name a stream`() throws {
        let delete = try request(Streams.DeleteRequest.self, "delete")
        #expect(delete.options?.stream == "order-1")
        #expect(delete.options?.expected == .streamExists)
        let tombstone = try request(Streams.DeleteRequest.self, "tombstone")
        #expect(tombstone.options?.expected == .revision(.max))
    }

    /// A read whose direction is 2, a stream whose name is not UTF-8, ids that are none.
    @Test(arguments: [
        (Streams.read, "0a021802"), (Streams.delete, "0a060a041a02c328"),
        (Streams.append, "12040a021200"),
        (Streams.append, "12280a261224" + String(repeating: "30", count: 36)),
        (Streams.append, "12280a261224" + String(repeating: "67", count: 36)),
    ])
    func `what no client means is refused`(path: String, bytes: String) throws {
        let decoder = try #require(RequestDecoders.all.first { $0.path == path })
        let isAccepted = decoder.accepts(hex(bytes).rawSpan)
        #expect(!isAccepted)
    }
}

/// What a test looks for is not there.
struct Missing: Error {}
