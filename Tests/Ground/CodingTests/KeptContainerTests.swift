import DaybookBytes
import DaybookCoding
import Testing

/// Containers are handed out again by a decoder that is kept: nobody may notice.
@Suite struct `Containers of a decoder that is kept` {
    private enum Keys: String, CodingKey { case name, next, list }

    /// A value in which others of its type lie, and which goes on to read behind each.
    private struct Node: Codable, Equatable {
        var next: [Node] = []
        var name: String

        init(_ name: String, _ next: [Node] = []) {
            self.name = name
            self.next = next
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Keys.self)
            next = try container.decode([Node].self, forKey: .next)
            name = try container.decode(String.self, forKey: .name)
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Keys.self)
            try container.encode(next, forKey: .next)
            try container.encode(name, forKey: .name)
        }
    }

    /// A value that keeps its container, and reads when it is asked to.
    private struct Late: Decodable {
        let container: KeyedDecodingContainer<Keys>
        init(from decoder: any Decoder) throws {
            container = try decoder.container(keyedBy: Keys.self)
        }
        var name: String { get throws { try container.decode(String.self, forKey: .name) } }
    }

    private struct Early: Codable, Equatable {
        var name: String
        var list: [Int]?
    }

    private static func named(_ name: String, _ format: PayloadFormat) throws -> [UInt8] {
        try PayloadEncoder(format).encode(["name": name])
    }

    @Test(arguments: PayloadFormat.allCases)
    func `Values in values of the same type go on where they were`(format: PayloadFormat) throws {
        let tree = Node(
            "a", [Node("b", [Node("c"), Node("d")]), Node("e"), Node("f", [Node("g")])])
        let bytes = try PayloadEncoder(format).encode(tree)
        let decoder = PayloadDecoder(format)
        for _ in 0..<4 { #expect(try decoder.decode(Node.self, from: bytes.rawSpan) == tree) }
    }

    @Test(arguments: PayloadFormat.allCases)
    func `Values of several types take turns`(format: PayloadFormat) throws {
        let decoder = PayloadDecoder(format)
        let encoder = PayloadEncoder(format)
        for number in 0..<20 {
            let early = Early(name: "n\(number)", list: number % 3 == 0 ? nil : [number])
            let node = Node("\(number)", [Node("inner")])
            let paid = MoneyPaidIn(amount: number, reference: "r\(number)")
            let bytes = try encoder.encode(early)
            #expect(try decoder.decode(Early.self, from: bytes.rawSpan) == early)
            let others = try encoder.encode([node, node])
            #expect(try decoder.decode([Node].self, from: others.rawSpan) == [node, node])
            let payment = try encoder.encode(paid)
            #expect(try decoder.decode(MoneyPaidIn.self, from: payment.rawSpan) == paid)
            #expect(throws: DecodingError.self) {
                try decoder.decode(MoneyPaidIn.self, from: bytes.rawSpan)
            }
        }
    }

    @Test(arguments: PayloadFormat.allCases)
    func `A container that a value kept reads its own payload for ever`(
        format: PayloadFormat
    ) throws {
        var kept: [Late] = []
        do {
            let decoder = PayloadDecoder(format)
            for number in 0..<8 {
                let bytes = try Self.named("n\(number)", format)
                let late = try decoder.decode(Late.self, from: bytes.rawSpan)
                if number != 3 { kept.append(late) }
                let early = try decoder.decode(Early.self, from: bytes.rawSpan)
                #expect(early.name == "n\(number)")
            }
        }
        #expect(try kept.map { try $0.name } == ["n0", "n1", "n2", "n4", "n5", "n6", "n7"])
        #expect(kept[0].container.codingPath.isEmpty && kept[0].container.allKeys == [.name])
    }

    @Test(arguments: PayloadFormat.allCases)
    func `Containers that are kept side by side do not move`(format: PayloadFormat) throws {
        let names = (0..<9).map { ["name": "n\($0)"] }
        let bytes = try PayloadEncoder(format).encode(names)
        let decoder = PayloadDecoder(format)
        for _ in 0..<3 {
            let late = try decoder.decode([Late].self, from: bytes.rawSpan)
            #expect(try late.map { try $0.name } == names.map { $0["name"] })
        }
    }

    @Test(arguments: PayloadFormat.allCases)
    func `A container that was kept by a value that failed reads on`(format: PayloadFormat) throws {
        final class Held {
            static var key: CodingUserInfoKey { CodingUserInfoKey(rawValue: "held")! }
            var containers: [KeyedDecodingContainer<Keys>] = []
        }
        struct Failing: Decodable {
            struct Failed: Error {}
            init(from decoder: any Decoder) throws {
                let held = decoder.userInfo[Held.key] as? Held
                held?.containers.append(try decoder.container(keyedBy: Keys.self))
                throw Failed()
            }
        }
        let held = Held()
        let decoder = PayloadDecoder(format, userInfo: [Held.key: held])
        for number in 0..<4 {
            let bytes = try Self.named("n\(number)", format)
            #expect(throws: Failing.Failed.self) {
                try decoder.decode(Failing.self, from: bytes.rawSpan)
            }
        }
        let names = try held.containers.map { try $0.decode(String.self, forKey: .name) }
        #expect(names == ["n0", "n1", "n2", "n3"])
    }

    @Test(arguments: PayloadFormat.allCases)
    func `A decoder that was kept makes containers when nothing is decoded any more`(
        format: PayloadFormat
    ) throws {
        struct Kept: Decodable {
            let decoder: any Decoder
            init(from decoder: any Decoder) throws { self.decoder = decoder }
        }
        let decoder = PayloadDecoder(format)
        var kept: [Kept] = []
        for number in 0..<3 {
            let bytes = try Self.named("n\(number)", format)
            kept.append(try decoder.decode(Kept.self, from: bytes.rawSpan))
        }
        let late = try kept.map { try Late(from: $0.decoder) }
        kept = []
        #expect(try late.map { try $0.name } == ["n0", "n1", "n2"])
    }

    /// Keys that are another type for each parameter.
    private struct Nested<Inner>: Decodable {
        enum Names: String, CodingKey { case name }
        let name: String
        let container: KeyedDecodingContainer<Names>
        init(from decoder: any Decoder) throws {
            container = try decoder.container(keyedBy: Names.self)
            name = try container.decode(String.self, forKey: .name)
        }
    }

    @Test(arguments: PayloadFormat.allCases)
    func `More types of keys than are kept`(format: PayloadFormat) throws {
        let decoder = PayloadDecoder(format)
        let bytes = try Self.named("first", format)
        var kept: [() throws -> String] = []
        func check<Value>(_ depth: Int, _ type: Nested<Value>.Type) throws {
            for turn in 0..<2 {
                let value = try decoder.decode(type, from: bytes.rawSpan)
                #expect(value.name == "first")
                if turn == 0 && depth % 7 == 0 {
                    kept.append { try value.container.decode(String.self, forKey: .name) }
                }
            }
            if depth > 0 { try check(depth - 1, Nested<Nested<Value>>.self) }
        }
        for _ in 0..<2 { try check(150, Nested<Int>.self) }
        let other = try Self.named("second", format)
        #expect(try decoder.decode(Nested<Int>.self, from: other.rawSpan).name == "second")
        for read in kept { #expect(try read() == "first") }
    }

    @Test(arguments: PayloadFormat.allCases)
    func `A key is another one by any of its bytes`(format: PayloadFormat) throws {
        for count in 1...20 {
            let key = String(repeating: "a", count: count)
            let others = (0..<count).map { at in
                String((0..<count).map { $0 == at ? "b" : "a" as Character })
            }
            let members = Dictionary(uniqueKeysWithValues: others.map { ($0, $0) })
            let bytes = try PayloadEncoder(format).encode(members)
            let value = try PayloadDecoder(format).decode(Members.self, from: bytes.rawSpan)
            // Asked for in another order than that in which they stand, too.
            for other in others + others.reversed() { #expect(try value.text(other) == other) }
            #expect(throws: DecodingError.self) { try value.text(key) }
            #expect(throws: DecodingError.self) { try value.text(key + "a") }
        }
    }

    /// Members by any key.
    private struct Members: Decodable {
        private let container: KeyedDecodingContainer<Name>
        init(from decoder: any Decoder) throws {
            container = try decoder.container(keyedBy: Name.self)
        }
        func text(_ key: String) throws -> String {
            try container.decode(String.self, forKey: Name(stringLiteral: key))
        }
    }

    private final class Told {}

    @Test(arguments: PayloadFormat.allCases, [false, true])
    func `All is freed with the decoder and with what was kept of it`(
        format: PayloadFormat, keeps: Bool
    ) throws {
        let key = try #require(CodingUserInfoKey(rawValue: "told"))
        let bytes = try Self.named("n", format)
        weak var told: Told?
        var kept: [Late] = []
        do {
            let object = Told()
            told = object
            let decoder = PayloadDecoder(format, userInfo: [key: object])
            for _ in 0..<4 {
                let late = try decoder.decode(Late.self, from: bytes.rawSpan)
                if keeps { kept.append(late) }
            }
        }
        #expect((told != nil) == keeps)
        kept = []
        #expect(told == nil)
    }

    @Test func `Members that are plain stand between members that are not`() throws {
        // {1: "a", "b": "c", h'00': "d", (_ "e"): 5, "f": [6, (_ "g"), "h"], "é": "i"}
        let text =
            "a6" + "016161" + "61626163" + "41006164" + "7f6165ff05" + "616683067f6167ff6168"
            + "62c3a96169"
        let value = try CBORCoding.decode(Tree.self, from: bytes(text).rawSpan)
        #expect(
            value
                == .members([
                    "1": .text("a"), "b": .text("c"), "e": .integer(5),
                    "f": .list([.integer(6), .text("g"), .text("h")]), "é": .text("i"),
                ]))
    }
}
