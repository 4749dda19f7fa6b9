import Daybook
import DaybookBytes
import DaybookGRPC
import DaybookProtobuf
import Testing

@testable import DaybookKurrentDB

struct EventEncoderTests {
    /// The record of an event, as it stands in the journal.
    private func record(_ event: Event, stream: String = "order-1", revision: Revision = 3)
        -> ByteWriter
    {
        var writer = ByteWriter()
        EventRecord.encode(event, stream: stream, into: &writer)
        writer.patch(revision, at: EventRecord.revisionAt)
        writer.patch(StreamsResponseTests.instant.microseconds, at: EventRecord.recordedAtAt)
        return writer
    }

    @Test(
        arguments: [0, 9, 10, 99, 100, 101, 1_000, 12_345, 17_000_000_000_000_005, .max] as [UInt64]
    )
    func `a number is written in decimal`(value: UInt64) {
        let digits = DecimalDigits(value)
        let found = digits.bytes.copied()
        #expect(found == Array("\(value)".utf8))
    }

    private let event = Event(
        id: id, type: "OrderPlaced", data: Array(#"{"b":2}"#.utf8),
        metadata: Array(#"{"a":1}"#.utf8))
    private let link = Streams.EventEncoder.Link(id: id, stream: "$ce-order", ordinal: 12)

    /// The one message, without its head.
    private func message(_ body: (inout GRPCMessages) -> Void) -> [UInt8] {
        var messages = GRPCMessages()
        body(&messages)
        let bytes = messages.take()
        #expect(bytes.count == 5 + bytes[1..<5].reduce(0) { $0 << 8 | Int($1) })
        return Array(bytes.dropFirst(5))
    }

    @Test(arguments: [(UUIDForm.string, "event string"), (.structured, "event structured")])
    func `an event is written as clients read it`(form: UUIDForm, name: String) {
        let record = record(event)
        let bytes = message { messages in
            Streams.EventEncoder(form).add(
                EventView(record: record.bytes, position: 77), to: &messages)
        }
        #expect(hex(bytes) == responseVectors[name])
    }

    @Test func `a large event without metadata, of the first revision, is written too`() {
        let data = [UInt8](repeating: 0x78, count: 20_000)
        let record = record(
            Event(id: id, type: "T", data: data, contentType: Event.bytes), revision: 0)
        let bytes = message { messages in
            Streams.EventEncoder(.structured).add(
                EventView(record: record.bytes, position: 77), to: &messages)
        }
        let expected =
            """
            0aa49d010a9e9d010a160a1408f7ccd5a2b4c6c80810ffddf7e6bcd7eacc880112091a076f726465722d31204d28\
            4d32280a0c636f6e74656e742d7479706512186170706c69636174696f6e2f6f637465742d73747265616d321c0a\
            07637265617465641211313730303030303030303132333435363032090a047479706512015442a09c01
            """
        #expect(hex(bytes) == expected + hex(data) + "184d")
    }

    /// The message as it is built step by step.
    private func plain(
        _ event: Event, _ stream: String, _ revision: Revision, _ position: Position
    ) -> [UInt8] {
        var writer = ProtobufWriter()
        func property(_ key: String, _ value: String, into writer: inout ProtobufWriter) {
            writer.message(6) { writer in
                writer.string(1, key)
                writer.string(2, value)
            }
        }
        let created = StreamsResponseTests.instant.microseconds * 10
        writer.message(1) { writer in
            writer.message(1) { writer in
                writer.message(1) { $0.string(2, event.id.description) }
                writer.message(2) { $0.string(3, stream) }
                writer.uint64(3, revision)
                writer.uint64(4, position)
                writer.uint64(5, position)
                property("content-type", event.contentType, into: &writer)
                property("created", "\(created)", into: &writer)
                property("type", event.type, into: &writer)
                writer.array(7, event.metadata)
                writer.array(8, event.data)
            }
            writer.uint64(3, always: position)
        }
        return writer.array
    }

    @Test(arguments: [0, 1, 100, 127, 128, 129, 1_000, 16_383, 16_384, 16_385, 70_000])
    func `an event of any size is written as it would be step by step`(size: Int) {
        let bytes = [UInt8](repeating: 0x20, count: size)
        let name = String(repeating: "n", count: max(1, min(size, 1_000)))
        let revision = Revision(size) << 30
        let position = Position(1) << UInt64(size % 64)
        let contents: [(data: [UInt8], metadata: [UInt8])] = [
            (bytes, []), ([], bytes), (bytes, bytes),
        ]
        for (data, metadata) in contents {
            let event = Event(
                id: EventID(high: UInt64(size), low: 0xFEDC_BA98_7654_3210), type: name,
                data: data, metadata: metadata)
            let record = record(event, stream: name, revision: revision)
            let found = message { messages in
                Streams.EventEncoder(.string).add(
                    EventView(record: record.bytes, position: position), to: &messages)
            }
            #expect(found == plain(event, name, revision, position))
        }
    }

    @Test func `a link comes with its event, in its place, or alone`() {
        let record = record(event)
        let resolved = message { messages in
            let view = EventView(record: record.bytes, position: 77)
            Streams.EventEncoder(.string).add(
                view, metadata: view.metadataBytes, link: link, to: &messages)
        }
        #expect(hex(resolved) == responseVectors["resolved"])
        let alone = message { messages in
            Streams.EventEncoder(.string).add(
                link, to: EventView(record: record.bytes, position: 77), into: &messages)
        }
        #expect(hex(alone) == responseVectors["link"])
        let unresolved = message { messages in
            Streams.EventEncoder(.string).add(
                unresolved: link, to: EventView(record: record.bytes, position: 77),
                into: &messages)
        }
        #expect(hex(unresolved) == responseVectors["unresolved"])
    }

    @Test func `the metadata of a link are JSON, whatever the name of the stream`() throws {
        let record = record(event, stream: #"a"b\c"#)
        let bytes = message { messages in
            Streams.EventEncoder(.string).add(
                link, to: EventView(record: record.bytes, position: 7), into: &messages)
        }
        let expected = #"{"$c":7,"$p":7,"$o":"a\"b\\c","$causedBy":""#
        #expect(hex(bytes).contains(hex(Array(expected.utf8))))
    }

    @Test func `metadata may be other than what was recorded`() {
        let plain = record(Event(id: id, type: "OrderPlaced", data: event.data))
        let bytes = message { messages in
            Streams.EventEncoder(.string).add(
                EventView(record: plain.bytes, position: 77), metadata: event.metadata.rawSpan,
                to: &messages)
        }
        #expect(hex(bytes) == responseVectors["event string"])
    }

    @Test func `what is not JSON is bytes to clients`() {
        let record = record(Event(id: id, type: "T", contentType: "text/plain"))
        let bytes = message { messages in
            Streams.EventEncoder(.string).add(
                EventView(record: record.bytes, position: 1), to: &messages)
        }
        #expect(hex(bytes).contains(hex(Array("application/octet-stream".utf8))))
    }
}
