import Daybook
import DaybookBytes
import DaybookGRPC
import DaybookJSON
import DaybookKurrentDB
import DaybookProtobuf
import Testing

struct StreamsV2Tests {
    private func request<Message: ProtobufDecodable>(
        _ type: Message.Type, _ name: String
    ) throws -> Message {
        try read(type, hex(#require(v2Vectors[name])))
    }

    @Test func `a record has properties of any type, and a schema`() throws {
        let bytes = try hex(#require(v2Vectors["record"]))
        let request = message { $0.array(2, bytes) }
        let record = try #require(try read(StreamsV2.AppendRequest.self, request).records.first)
        #expect(record.id == id)
        #expect(
            try JSONValue(parsing: record.metadata.rest) == [
                "a": "b", "n": 1.5, "t": true, "z": nil, "l": [1, "x"], "o": ["k": "v"],
                "$schema.format": "Json", "$schema.name": "OrderPlaced", "$schema.id": "s1",
            ] as JSONValue)
        #expect(record.schema?.format == .json)
        #expect(record.schema?.name == "OrderPlaced")
        #expect(record.schema?.id == "s1")
        #expect(record.data == Array("{}".utf8))
        #expect(record.stream == "order-1")
    }

    /// A record whose properties are one list of so many empty values, and others like it.
    private func records(_ count: Int, values: Int) -> [UInt8] {
        let list = message { writer in
            for _ in 0..<values { writer.message(1) { $0.uint64(1, always: 0) } }
        }
        let record = message { writer in
            writer.message(2) { writer in
                writer.string(1, "l")
                writer.message(2) { $0.array(6, list) }
            }
            writer.message(3) { writer in
                writer.uint64(1, 1)
                writer.string(2, "t")
            }
        }
        return message { writer in for _ in 0..<count { writer.array(2, record) } }
    }

    @Test func `a record has so many properties at most, however small`() throws {
        // With the list itself, one more than there may be.
        let (most, many) = (records(1, values: 9_999), records(1, values: 10_000))
        #expect(try read(StreamsV2.AppendRequest.self, most).records.count == 1)
        #expect(throws: ProtobufError.self) { try read(StreamsV2.AppendRequest.self, many) }
        // Of each record by itself, and what is kept of all is their text.
        let all = records(20, values: 9_999)
        let append = try read(StreamsV2.AppendRequest.self, all)
        let kept = append.records.reduce(0) { $0 + $1.metadata.rest.count + $1.data.count }
        #expect(kept < 2 * all.count)
    }

    @Test func `texts of properties are counted as they stand in JSON`() throws {
        func request(_ text: [UInt8]) -> [UInt8] {
            let record = message { writer in
                writer.message(2) { writer in
                    writer.string(1, "k")
                    writer.message(2) { $0.span(3, always: text.rawSpan) }
                }
            }
            return message { $0.array(2, record) }
        }
        let bytesMax = Limits.eventBytesMax
        let plain = [UInt8](repeating: 0x61, count: bytesMax - 1)
        #expect(try read(StreamsV2.AppendRequest.self, request(plain)).records.count == 1)
        let escaped = [UInt8](repeating: 1, count: bytesMax / 6 + 1)
        #expect(throws: ProtobufError.self) {
            try read(StreamsV2.AppendRequest.self, request(escaped))
        }
    }

    @Test func `an append of a session has one stream and what is expected of it`() throws {
        let append = try request(StreamsV2.AppendRequest.self, "append")
        #expect(append.stream == "order-1")
        #expect(append.records.map(\.schema?.format) == [.bytes])
        #expect(append.records.map(\.id) == [nil])
        #expect(append.expected == .noStream)
        #expect(try request(StreamsV2.AppendRequest.self, "append plain").expected == .revision(0))
        #expect(try read(StreamsV2.AppendRequest.self, []).expected == nil)
    }

    @Test func `checks may be of streams that are not written to`() throws {
        let append = try request(StreamsV2.AppendRecordsRequest.self, "append records")
        #expect(append.records.map(\.stream) == ["a", "b"])
        #expect(append.checks.map(\.state?.stream) == ["c", "d", nil])
        #expect(append.checks.map(\.state?.expected) == [.tombstoned, .revision(0), nil])
    }

    /// No type, a number without end, a format and states that there are not, an id that is none.
    @Test(arguments: [
        "120712050a01611200", "120e120c0a016112071105000000000000", "12120a016111000000000000f07f",
        "1202120012041a020805", "12040a026161",
    ])
    func `values without a meaning are refused`(bytes: String) {
        #expect(throws: ProtobufError.self) { try read(StreamsV2.AppendRequest.self, hex(bytes)) }
    }

    @Test(arguments: [-3, -7, .min] as [Int64])
    func `a number that is no state is none`(number: Int64) {
        #expect(StreamsV2.StreamState(number: number) == nil)
    }

    @Test(arguments: [0, 5, .max, -1, -2, -4, -5, -6] as [Int64])
    func `states have numbers`(number: Int64) {
        #expect(StreamsV2.StreamState(number: number)?.number == number)
    }

    @Test func `answers say where the records stand`() {
        let session = StreamsV2.AppendResponse(
            [
                .init(stream: "a", revision: 0),
                .init(stream: "b", revision: 300, position: 7),
            ], position: 900)
        #expect(hex(session.encoded()) == v2Vectors["session response"])
        let records = StreamsV2.AppendResponse([.init(stream: "a", revision: 5)], position: 6)
        #expect(hex(records.encoded()) == v2Vectors["records response"])
    }

    static let failures: [(String, GRPCStatus.Code, StreamsV2.Failure)] = [
        ("tombstoned", .failedPrecondition, .streamTombstoned("s")),
        (
            "conflict", .failedPrecondition,
            .revisionConflict("s", expected: .noStream, actual: .revision(4))
        ),
        ("record size", .invalidArgument, .recordTooLarge("s", id: id, bytes: 300, bytesMax: 200)),
        ("size", .aborted, .appendTooLarge(bytes: 1 << 40, bytesMax: 200)),
        ("twice", .aborted, .streamAlreadyInSession("s")),
        (
            "checks", .failedPrecondition,
            .checksFailed([
                .init(check: 0, stream: "s", expected: .revision(0), actual: .softDeleted),
                .init(check: 2, stream: "t", expected: .exists, actual: .noStream),
            ])
        ),
    ]

    @Test(arguments: 0..<failures.count)
    func `a refusal carries a detail that clients know`(index: Int) {
        let (name, code, failure) = Self.failures[index]
        let status = failure.status("m")
        #expect(status.code == code)
        #expect(status.message == "m")
        #expect(hex(status.details) == v2Vectors[name], "\(name)")
    }
}
