import DaybookProtobuf
import Testing

/// Bytes that were cut, mutated or made up.
struct HostileBytesTests {
    @Test(arguments: VectorTests.vectors.indices)
    func `a message cut anywhere is refused or is the fields before the cut`(index: Int) {
        let bytes = hex(VectorTests.vectors[index].bytes)
        for count in bytes.indices {
            let cut = Array(bytes.prefix(count))
            if let error = refusal(of: cut) {
                #expect(error.fault == .endsEarly)
                #expect(error.offset == count)
            }
        }
    }

    @Test(arguments: 1...12 as ClosedRange<UInt64>)
    func `any bytes at all give an answer that stays inside them`(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        var read = 0
        for length in 0..<3_000 {
            let count = length % 40
            let bytes = (0..<count).map { _ in
                // Small bytes are tags and lengths more often than large ones.
                UInt8.random(in: .random(using: &random) ? 0...255 : 0...18, using: &random)
            }
            if let error = refusal(of: bytes) {
                #expect((0...count).contains(error.offset))
            } else {
                read += 1
            }
        }
        #expect(read > 20, "some of them are messages")
    }

    @Test(arguments: VectorTests.vectors.indices)
    func `a mutated message that is read is written and read as the same`(index: Int) throws {
        let bytes = hex(VectorTests.vectors[index].bytes)
        for at in bytes.indices {
            for bit in 0..<8 {
                var mutant = bytes
                mutant[at] ^= 1 << bit
                guard let message = try? ProtobufTests.read(mutant) else { continue }
                // Encodings, not messages, are compared: a NaN is not equal to itself.
                #expect(try ProtobufTests.read(message.encoded()).encoded() == message.encoded())
            }
        }
    }
}
