import DaybookBytes
import DaybookCompression
import DaybookJournal
import DaybookPlatform
import Testing

/// Bodies compressed with zstd, and expanded.
@Suite struct ZstdTests {
    private let codec = ZstdCodec(level: 3)

    private static func body(_ number: Int) -> [UInt8] {
        Array(
            "order-\(number)placed in the shop by the customer herself{\"customer\":\"c-\(number % 97)\",\"total\":\(number * 7)}"
                .utf8)
    }

    private func dictionary() -> [UInt8] {
        let bodies = (0..<4000).map(Self.body)
        return trained(bodies.flatMap { $0 }, bodies.map(\.count))
    }

    private func trained(_ samples: [UInt8], _ sizes: [Int]) -> [UInt8] {
        codec.dictionary(of: samples.rawSpan, sizes: sizes, bytesMax: 8 << 10)
    }

    /// The compressed bytes, nil where they do not fit into the room.
    private func encoded(
        _ body: [UInt8], _ encoder: any RecordEncoder, room: Int? = nil
    ) -> [UInt8]? {
        var out = [UInt8](repeating: 0, count: room ?? body.count + 1024)
        let count = out.withUnsafeMutableBytes { encoder.encode(body.rawSpan, into: $0) }
        return count.map { Array(out.prefix($0)) }
    }

    private func decoded(
        _ bytes: [UInt8], _ decoder: any RecordDecoder, count: Int
    ) -> [UInt8]? {
        var out = [UInt8](repeating: 0, count: count)
        let isWhole = out.withUnsafeMutableBytes { decoder.decode(bytes.rawSpan, into: $0) }
        return isWhole ? out : nil
    }

    @Test(arguments: [true, false])
    func `What was compressed is what is expanded`(hasDictionary: Bool) throws {
        let dictionary = hasDictionary ? dictionary() : []
        #expect(dictionary.isEmpty != hasDictionary && dictionary.count <= 8 << 10)
        let encoder = codec.encoder(dictionary)
        let decoder = try #require(codec.decoder(dictionary))
        let chance = SeededRandomness(seed: 7)
        var bodies = (0..<500).map { Self.body($0 * 31) }
        bodies += [[], [0], [UInt8](repeating: 5, count: 16 << 20)]
        bodies.append((0..<(16 << 20)).map { _ in UInt8(truncatingIfNeeded: chance.next()) })
        for body in bodies {
            let packed = try #require(encoded(body, encoder))
            #expect(decoded(packed, decoder, count: body.count) == body)
            #expect(encoded(body, encoder) == packed, "the same gives the same")
        }
        let packed = try #require(encoded(Self.body(9999), encoder))
        #expect(hasDictionary == (packed.count < Self.body(9999).count / 2))
        #expect(encoded(Self.body(9999), encoder, room: packed.count - 1) == nil)
    }

    @Test func `Bytes for another length, another dictionary or nobody are refused`() throws {
        let dictionary = dictionary()
        let encoder = codec.encoder(dictionary)
        let decoder = try #require(codec.decoder(dictionary))
        let body = Self.body(1234)
        let packed = try #require(encoded(body, encoder))
        for count in [0, 1, body.count - 1, body.count + 1, 1 << 20] {
            #expect(decoded(packed, decoder, count: count) == nil)
        }
        for length in 0..<packed.count {
            #expect(decoded(Array(packed.prefix(length)), decoder, count: body.count) == nil)
        }
        #expect(decoded(packed + [1], decoder, count: body.count) == nil)
        let bare = try #require(codec.decoder([]))
        #expect(decoded(packed, bare, count: body.count) != body)
        let chance = SeededRandomness(seed: 3)
        for _ in 0..<20_000 {
            var bytes = packed
            for _ in 0...chance.next(below: 3) {
                bytes[chance.next(below: bytes.count)] = UInt8(truncatingIfNeeded: chance.next())
            }
            // Whatever comes out fills the room: the checksum of the record tells whether it is right.
            if let found = decoded(bytes, decoder, count: body.count) {
                #expect(found.count == body.count)
            }
        }
    }

    @Test func `Of too few samples there is no dictionary`() {
        #expect(trained([], []) == [])
        let one = Self.body(1)
        #expect(trained(one, [one.count]) == [])
    }

    @Test func `Many threads expand at once`() async throws {
        let dictionary = dictionary()
        let encoder = codec.encoder(dictionary)
        let bodies = (0..<200).map(Self.body)
        let packed = bodies.map { encoded($0, encoder) ?? [] }
        let decoder = try #require(codec.decoder(dictionary))
        let wrong = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    (0..<2000).count {
                        let number = $0 % 200
                        return decoded(packed[number], decoder, count: bodies[number].count)
                            != bodies[number]
                    }
                }
            }
            return await group.reduce(0, +)
        }
        #expect(wrong == 0)
    }
}
