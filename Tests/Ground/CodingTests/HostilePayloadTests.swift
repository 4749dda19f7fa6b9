import DaybookBytes
import DaybookCoding
import Testing

@Suite struct `Hostile payloads` {
    /// Numbers that follow from a seed.
    struct Chance: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    static func tree(depth: Int, _ chance: inout Chance, _ format: PayloadFormat) -> Tree {
        switch Int.random(in: 0..<(depth > 0 ? 9 : 6), using: &chance) {
        case 0: return .null
        case 1: return .bool(.random(using: &chance))
        case 2: return .integer(Int128(Int64.random(in: .min ... .max, using: &chance)))
        case 3: return .integer(Int128.random(in: -300...300, using: &chance))
        case 4:
            // Whole numbers come back as integers.
            let value = Double(bitPattern: .random(in: 0...UInt64.max, using: &chance))
            let isFraction =
                value.isFinite && value.magnitude < 1e15 && value != value.rounded(.down)
            return .number(isFraction ? value : 0.5)
        case 5:
            let scalars = ["a", "\"", "\\", "\n", "é", "水", "😀", "\u{0}", " "]
            let count = Int.random(in: 0..<20, using: &chance)
            return .text((0..<count).map { _ in scalars.randomElement(using: &chance)! }.joined())
        case 6 where format == .cbor:
            return .bytes((0..<9).map { _ in .random(in: 0...255, using: &chance) })
        case 6, 7:
            let count = Int.random(in: 0..<5, using: &chance)
            return .list((0..<count).map { _ in tree(depth: depth - 1, &chance, format) })
        default:
            let count = Int.random(in: 0..<24, using: &chance)
            var members: [String: Tree] = [:]
            for number in 0..<count {
                members["k\(number)"] = tree(depth: depth - 2, &chance, format)
            }
            return .members(members)
        }
    }

    @Test(arguments: PayloadFormat.allCases, 0..<6)
    func `Any tree comes back as it was`(format: PayloadFormat, seed: Int) throws {
        var chance = Chance(state: UInt64(seed))
        let encoder = PayloadEncoder(format)
        let decoder = PayloadDecoder(format)
        for _ in 0..<60 {
            let value = Self.tree(depth: 4, &chance, format)
            let bytes = try encoder.encode(value)
            #expect(try decoder.decode(Tree.self, from: bytes.rawSpan) == value, "seed \(seed)")
        }
    }

    @Test(arguments: PayloadFormat.allCases, 0..<6)
    func `Bytes that were cut or changed are refused or read, and the decoder goes on`(
        format: PayloadFormat, seed: Int
    ) throws {
        var chance = Chance(state: 1000 + UInt64(seed))
        let encoder = PayloadEncoder(format)
        let decoder = PayloadDecoder(format)
        let whole = try encoder.encode(Everything())
        var refused = 0
        for _ in 0..<400 {
            var bytes = whole
            if Bool.random(using: &chance) {
                bytes.removeLast(Int.random(in: 1...bytes.count, using: &chance))
            }
            for _ in 0..<Int.random(in: 0..<4, using: &chance) where !bytes.isEmpty {
                let at = Int.random(in: 0..<bytes.count, using: &chance)
                bytes[at] = .random(in: 0...255, using: &chance)
            }
            var isRefused = false
            do {
                _ = try decoder.decode(Everything.self, from: bytes.rawSpan)
            } catch {
                #expect(error is DecodingError, "seed \(seed): \(error)")
                refused += 1
                isRefused = true
                _ = try? decoder.decode(Tree.self, from: bytes.rawSpan)
            }
            if bytes.count < whole.count { #expect(isRefused, "seed \(seed)") }
        }
        #expect(refused > 100)
        #expect(try decoder.decode(Everything.self, from: whole.rawSpan) == Everything())
    }

    @Test(arguments: [
        (PayloadFormat.json, "[", "]"), (.json, #"{"a":"#, "}"), (.cbor, "\u{1}", ""),
    ])
    func `Deep nesting is refused before anything is built of it`(
        format: PayloadFormat, opening: String, closing: String
    ) throws {
        func nested(_ depth: Int) -> [UInt8] {
            if format == .cbor { return [UInt8](repeating: 0x81, count: depth) + [0x01] }
            return Array(
                (String(repeating: opening, count: depth) + "1"
                    + String(repeating: closing, count: depth)).utf8)
        }
        let decoder = PayloadDecoder(format)
        if opening != #"{"a":"# {
            #expect(try decoder.decode(Depth.self, from: nested(512).rawSpan).depth == 512)
        }
        for depth in [513, 100_000] {
            let error = #expect(throws: DecodingError.self) {
                try decoder.decode(Depth.self, from: nested(depth).rawSpan)
            }
            #expect(error.map { ErrorTests.line($0).contains("nested") } == true)
        }
    }

    @Test func `Deep keys of CBOR are refused as well`() {
        let deep = [UInt8](repeating: 0xA1, count: 100_000)
        #expect(throws: DecodingError.self) {
            try CBORCoding.decode(Tree.self, from: deep.rawSpan)
        }
    }

    @Test(arguments: PayloadFormat.allCases)
    func `A decoder that a value kept goes on to read its own payload`(
        format: PayloadFormat
    ) throws {
        struct Kept: Decodable {
            let decoder: any Decoder
            init(from decoder: any Decoder) throws { self.decoder = decoder }
        }
        let encoder = PayloadEncoder(format)
        let decoder = PayloadDecoder(format)
        let text = try encoder.encode(["first"])
        let numbers = try encoder.encode([2, 3, 4])
        let first = try decoder.decode([Kept].self, from: text.rawSpan)
        _ = try decoder.decode([Kept].self, from: numbers.rawSpan)
        #expect(try String(from: first[0].decoder) == "first")
    }
}
