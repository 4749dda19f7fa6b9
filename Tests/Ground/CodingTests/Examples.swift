/// What a bank records, and types that use every part of `Codable`.
struct MoneyPaidIn: Codable, Equatable {
    var amount: Int
    var reference: String
}

struct Numbers: Codable, Equatable {
    var int8: Int8 = .min
    var int16: Int16 = .min
    var int32: Int32 = .min
    var int64: Int64 = .min
    var int128: Int128 = .min
    var int: Int = .max
    var uint8: UInt8 = .max
    var uint16: UInt16 = .max
    var uint32: UInt32 = .max
    var uint64: UInt64 = .max
    var uint128: UInt128 = .max
    var uint: UInt = .max
    var float: Float = 0.1
    var double = 0.1
    var bool = true
    var array: [Int] = [0, -1, 23, 24, 255, 256, 65_535, 65_536, -24, -25, 1 << 40]
    var floats: [Double] = [
        0, -0.0, 1.5, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 1e22, 1e23, 65504,
    ]
}

enum Shape: Codable, Equatable {
    case point
    case circle(radius: Double)
    case polygon([Int], closed: Bool)
    indirect case pair(Shape, Shape?)
}

enum Currency: String, Codable, CodingKeyRepresentable, CaseIterable { case euro, franc }

struct Everything: Codable, Equatable {
    struct Inner: Codable, Equatable {
        var name: String
        var next: [Inner] = []
    }

    var text = "plain, \"quoted\", \\, \u{0}\u{1F}\n, é, e\u{301}, 日本, 👩‍👩‍👧"
    var absent: Int?
    var present: String? = "here"
    var inner = Inner(name: "a", next: [Inner(name: "b"), Inner(name: "c", next: [])])
    var shapes: [Shape] = [
        .point, .circle(radius: 2), .polygon([1, 2], closed: true), .pair(.point, nil),
        .pair(.circle(radius: 0.5), .pair(.point, .point)),
    ]
    var byName: [String: Int] = ["a": 1, "": 2, "é": 3]
    var byNumber: [Int: String] = [1: "one", -7: "minus seven"]
    var byCurrency: [Currency: Double] = [.euro: 1, .franc: 1.05]
    var byNothing: [UInt8: Bool] = [7: true]
    var optionals: [Int?] = [1, nil, 3]
    var empty: [String] = []
    var nested: [[String: [Bool]]] = [["x": [true, false]], [:]]
    var bytes: [UInt8] = [0, 255, 7]
    var numbers = Numbers()
}

class Account: Codable {
    var owner: String
    init(owner: String) { self.owner = owner }
}

final class SavingsAccount: Account {
    var rate: Double
    private enum CodingKeys: CodingKey { case rate }

    init(owner: String, rate: Double) {
        self.rate = rate
        super.init(owner: owner)
    }

    required init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        rate = try container.decode(Double.self, forKey: .rate)
        try super.init(from: container.superDecoder())
    }

    override func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try super.encode(to: container.superEncoder())
        try container.encode(rate, forKey: .rate)
    }
}

/// A value that lets a closure use the encoder.
struct Encoding: Encodable {
    let body: (any Encoder) throws -> Void
    func encode(to encoder: any Encoder) throws { try body(encoder) }
}

/// A key of any name.
struct Name: CodingKey, ExpressibleByStringLiteral {
    var stringValue: String
    var intValue: Int?
    init(stringLiteral value: String) { stringValue = value }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) {
        stringValue = "\(intValue)"
        self.intValue = intValue
    }
}
