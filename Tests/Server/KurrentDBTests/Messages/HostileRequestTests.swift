import Daybook
import DaybookBytes
import DaybookGRPC
import DaybookKurrentDB
import DaybookProtobuf
import Testing

/// Requests that were cut, mutated or made up: every decoder answers, whatever it is given.
struct HostileRequestTests {
    private static let samples =
        (Array(requestVectors.values) + Array(v2Vectors.values)
        + Array(managementVectors.values)).sorted().map { hex($0) }

    @Test func `every decoder takes the requests that are for it`() {
        for decoder in RequestDecoders.all {
            let accepted = Self.samples.count { decoder.accepts($0.rawSpan) }
            #expect(accepted > 0, "\(decoder.path)")
        }
    }

    @Test(arguments: RequestDecoders.all.indices)
    func `a request cut anywhere or with a bit turned gives an answer`(index: Int) {
        let decoder = RequestDecoders.all[index]
        var accepted = 0
        var refused = 0
        func check(_ bytes: [UInt8]) {
            if decoder.accepts(bytes.rawSpan) { accepted += 1 } else { refused += 1 }
        }
        for sample in Self.samples where sample.count < 200 {
            for count in sample.indices { check(Array(sample.prefix(count))) }
            for at in sample.indices {
                for bit in 0..<8 {
                    var mutant = sample
                    mutant[at] ^= 1 << bit
                    check(mutant)
                }
            }
        }
        #expect(accepted > 0 && refused > 0)
    }

    /// Each element is two bytes, of a prefix one more.
    @Test func `of lists of empty elements as many are kept as tell that they are too many`() throws
    {
        func elements(_ field: Int) -> [UInt8] {
            message { writer in
                for _ in 0..<70_000 { writer.empty(field) }
            }
        }
        let most = Limits.appendEventsMax + 1
        let batch = try read(Streams.BatchAppendRequest.self, elements(3))
        #expect(batch.events.count == most)
        #expect(try read(StreamsV2.AppendRequest.self, elements(2)).records.count == most)
        let records = try read(StreamsV2.AppendRecordsRequest.self, elements(1) + elements(2))
        #expect(records.records.count == most)
        #expect(records.checks.count == Limits.appendStreamsMax + 1)
        let filter = try read(
            Streams.ReadRequest.Filter.self, message { $0.array(2, elements(2)) })
        #expect(filter.prefixes.count == 257)
    }

    @Test func `values in one another end at a limit, not at the end of the stack`() {
        var value: [UInt8] = [0x20, 1]
        for _ in 0..<5_000 {
            // A list of one value: 6 message, 1 message.
            var writer = ProtobufWriter()
            writer.message(6) { writer in writer.array(1, value) }
            value = writer.array
        }
        var record = ProtobufWriter()
        record.message(2) { writer in
            writer.message(2) { writer in
                writer.string(1, "key")
                writer.array(2, value)
            }
        }
        #expect(throws: ProtobufError.self) {
            try StreamsV2.AppendRequest.decoded(from: record.buffer.bytes)
        }
    }
}
