import Daybook
import DaybookBytes
import DaybookGRPC
import DaybookProtobuf
import DaybookProtocol
import Testing

/// Requests of daybook.v1 that were cut, mutated or made up: every decoder answers, whatever it is given.
struct HostileRequestTests {
    private static func message(_ body: (inout ProtobufWriter) -> Void) -> [UInt8] {
        var writer = ProtobufWriter()
        body(&writer)
        return writer.array
    }

    private static let append: [UInt8] = {
        var append = Append(
            [
                Event(
                    type: "opened", data: [0, 255], metadata: [9], tags: ["a:1"], causation: "c",
                    correlation: "r", occurredAt: Timestamp(microseconds: -5))
            ], to: "s", expecting: .revision(0))
        append.queryCondition = QueryCondition(
            failIfEventsMatch: Query([Query.Item(types: ["t"], tags: ["a:1"])]), after: 4)
        append.tracking = TrackingMark(consumer: "c", from: [1], to: [2], note: [3])
        return message { append.encode(journal: "j", into: &$0) }
    }()

    private static let query = Query([Query.Item(types: ["t"], tags: ["a:1"])])

    /// One request at least for every method.
    private static let samples: [[UInt8]] = {
        let checkpoint = Checkpoint(
            journal: EventID(high: 1, low: 2), epoch: 255, position: 9,
            event: EventID(high: 3, low: 4))
        return [
            append,
            message { writer in
                writer.uint64(1, 7)
                writer.array(2, append)
            },
            message {
                V1.DeleteRequest("s", .tombstone, expecting: .revision(3), journal: "j")
                    .encode(into: &$0)
            },
            message {
                Read(.query(query), .backwards, from: .position(9), limit: 5)
                    .encode(V1.Place(journal: "j", history: "h"), into: &$0)
            },
            message {
                Subscription(.stream("s"), from: .checkpoint(checkpoint))
                    .encode(V1.Place(), into: &$0)
            },
            message { V1.NamedRequest("n", key: "k", journal: "j").encode(into: &$0) },
            message { V1.ListRequest("n", after: "a", limit: 5, journal: "j").encode(into: &$0) },
        ]
    }()

    @Test func `every decoder takes the requests that are for it`() {
        for decoder in V1.requestDecoders {
            #expect(Self.samples.contains { decoder.accepts($0.rawSpan) }, "\(decoder.path)")
        }
    }

    @Test func `a request cut anywhere or with a bit turned gives an answer`() {
        for decoder in V1.requestDecoders {
            var accepted = 0
            var refused = 0
            func check(_ bytes: [UInt8]) {
                if decoder.accepts(bytes.rawSpan) { accepted += 1 } else { refused += 1 }
            }
            for sample in Self.samples {
                for count in sample.indices { check(Array(sample.prefix(count))) }
                for at in sample.indices {
                    for bit in 0..<8 {
                        var mutant = sample
                        mutant[at] ^= 1 << bit
                        check(mutant)
                    }
                }
            }
            #expect(accepted > 0 && refused > 0, "\(decoder.path)")
        }
    }
}
