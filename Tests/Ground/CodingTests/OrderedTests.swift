import DaybookBytes
import DaybookCoding
import Testing

struct `An ordered encoder` {
    enum Suit: String, Codable { case clubs, hearts, spades, diamonds }

    struct Hand: Codable, Equatable {
        var names: Set<String>
        var counts: [String: Int]
        /// Encoded as an array of keys and values.
        var tricks: [Suit: Set<Int>]
        var order: [Int]
        var pairs: Set<[String: Bool]>?
    }

    /// A value whose sets and dictionaries have room, and so another order.
    private func hand(_ room: Int) -> Hand {
        var hand = Hand(
            names: Set(minimumCapacity: room), counts: Dictionary(minimumCapacity: room),
            tricks: Dictionary(minimumCapacity: room), order: [3, 1, 2],
            pairs: Set(minimumCapacity: room))
        for number in 0..<20 {
            hand.names.insert("name \(number)")
            hand.counts["\(number)"] = number
            hand.pairs?.insert(["a": true, "\(number)": false])
        }
        for suit in [Suit.clubs, .hearts, .spades, .diamonds] {
            var tricks = Set<Int>(minimumCapacity: room)
            tricks.formUnion([1, 20, 300, 4_000, 50_000])
            hand.tricks[suit] = tricks
        }
        return hand
    }

    @Test(arguments: [PayloadFormat.json, .cbor])
    func `Writes equal sets and dictionaries alike, and reads them again`(format: PayloadFormat)
        throws
    {
        let plain = PayloadEncoder(format)
        let ordered = PayloadEncoder(format, isOrdered: true)
        let hands = [0, 100, 10_000].map(hand)
        try #require(Set(try hands.map { try plain.encode($0) }).count > 1)
        #expect(Set(try hands.map { try ordered.encode($0) }).count == 1)
        let bytes = try ordered.encode(hands[0])
        #expect(try PayloadDecoder(format).decode(Hand.self, from: bytes.rawSpan) == hands[0])
    }

    @Test func `Goes by the bytes of elements and keys, and leaves arrays as they are`() throws {
        struct Small: Encodable {
            var set: Set<Int> = [3, 20, 1]
            var dictionary = ["b": 1, "a": 2, "c": 0]
            var array = [3, 20, 1]
            var suits: [Suit: Int] = [.spades: 1, .hearts: 2]
        }
        let text = try PayloadEncoder(.json, isOrdered: true).encode(Small())
        #expect(
            String(decoding: text, as: UTF8.self)
                == #"{"set":[1,20,3],"dictionary":{"a":2,"b":1,"c":0},"array":[3,20,1],"#
                + #""suits":["hearts",2,"spades",1]}"#)
    }
}
