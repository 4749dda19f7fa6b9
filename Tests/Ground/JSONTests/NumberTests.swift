import DaybookBytes
import DaybookJSON
import Testing

struct NumberTests {
    func int64(_ text: String) throws(JSONError) -> Int64 {
        let bytes = Array(text.utf8)
        return try JSON.slice(of: bytes.rawSpan).int64(in: bytes)
    }

    @Test(arguments: [
        ("0", 0), ("-0", 0), ("0.000", 0), ("0e999999999999999999999", 0), ("7", 7), ("-7", -7),
        ("1.0", 1), ("1e0", 1), ("1e3", 1000), ("1.5e1", 15), ("-1200e-2", -12), ("100", 100),
        ("9223372036854775807", Int64.max), ("-9223372036854775808", Int64.min),
        ("922337203685477580.7e1", Int64.max), ("0.0000001e7", 1), ("10.50e1", 105),
        ("1000000000000000000", 1_000_000_000_000_000_000), ("1E+18", 1_000_000_000_000_000_000),
        ("9007199254740993", 9_007_199_254_740_993),
    ])
    func `a whole number is read exactly`(text: String, value: Int64) throws {
        #expect(try int64(text) == value)
        #expect(try JSONNumber(literal: text).int64 == value)
    }

    @Test(arguments: [
        ("0.5", JSONError.Code.notInteger), ("1e-1", .notInteger), ("-1.25e1", .notInteger),
        ("1e-999999999999999999999", .notInteger), ("9223372036854775808", .integerOverflow),
        ("-9223372036854775809", .integerOverflow), ("1e19", .integerOverflow),
        ("9999999999999999999", .integerOverflow), ("99999999999999999999", .integerOverflow),
        ("1e999999999999999999999", .integerOverflow), ("-1e400", .integerOverflow),
        ("18446744073709551616", .integerOverflow), ("1.5e999999999999999999999", .integerOverflow),
    ])
    func `a number that is no 64-bit integer is refused`(text: String, code: JSONError.Code) throws
    {
        let error = thrown { () throws(JSONError) in _ = try int64(text) }
        #expect(error?.code == code)
        #expect(try JSONNumber(literal: text).int64 == nil)
    }

    @Test(arguments: [
        ["1", "1.0", "1.000", "1e0", "10e-1", "0.1e1", "0.01E+2", "100e-2", "1E-0"],
        ["0", "-0", "0.0", "0e5", "-0.000e-999999999999999999999"],
        ["-12.5", "-12.50", "-125e-1", "-0.125e2"],
        ["1e2", "100", "100.0", "1.00e2"],
        ["12345678901234567890123456789", "12345678901234567890123456789.0"],
        ["0.1", "1e-1", "1e-0000000000000000000000001"],
        ["1e999999999999999999999"],
    ])
    func `spellings of one number are equal and share their hash`(spellings: [String]) throws {
        let numbers = try spellings.map { try JSONNumber(literal: $0) }
        for number in numbers { #expect(number == numbers[0]) }
        #expect(Set(numbers).count == 1)
    }

    @Test func `different numbers differ, by as little as may be`() throws {
        let numbers = try [
            "1", "-1", "10", "0.1", "0", "9007199254740992", "9007199254740993", "101", "1001",
            "1.0000000000000000000000000001", "12", "21", "1.2", "1e999999999999999999999",
            "1e999999999999999999998", "10e999999999999999999998", "-1e999999999999999999999",
        ].map { try JSONNumber(literal: $0) }
        for (index, one) in numbers.enumerated() {
            for other in numbers[(index + 1)...] { #expect(one != other) }
        }
        #expect(Set(numbers).count == numbers.count)
    }

    @Test func `the literal stays as it was written`() throws {
        for text in ["1.0", "1", "1e+2", "-0", "0.10", "12345678901234567890.123456789"] {
            let value = try JSONValue(parsing: text)
            #expect(value.text() == text)
            #expect(value == .number(try JSONNumber(literal: text)))
        }
    }

    @Test func `a literal that is no number is refused`() {
        for text in ["", " 1", "1 ", "true", "\"1\"", "[1]", "01", "1.", "0x1", "１"] {
            #expect(thrown { () throws(JSONError) in _ = try JSONNumber(literal: text) } != nil)
        }
    }

    @Test(arguments: [
        0.1, 1, -0.0, 1e20, 1e21, 1e-7, .leastNonzeroMagnitude, .greatestFiniteMagnitude,
        .leastNormalMagnitude, .pi,
        123456789.125, 9_007_199_254_740_992,
    ])
    func `a floating-point number comes back as the same`(value: Double) throws {
        let number = try #require(JSONNumber(value))
        #expect(number.double?.bitPattern == value.bitPattern)
        #expect(refusal(of: number.literal) == nil)
    }

    @Test(arguments: seeds)
    func `any finite floating-point number comes back as the same`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for _ in 0..<2_000 {
            let value = Double(bitPattern: random.next())
            guard value.isFinite else { continue }
            let text = JSONValue.number(try #require(JSONNumber(value))).text()
            #expect(try JSONValue(parsing: text).asDouble?.bitPattern == value.bitPattern)
        }
    }

    @Test func `what is not finite is no number`() throws {
        #expect(JSONNumber(.nan) == nil)
        #expect(JSONNumber(Double.infinity) == nil)
        #expect(JSONNumber(-Double.infinity) == nil)
        #expect(try JSONNumber(literal: "1e400").double == nil)
        #expect(try JSONNumber(literal: "1e-400").double == 0)
    }

    @Test(arguments: seeds)
    func `integers of 64 bits come back as the same`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for _ in 0..<1_000 {
            let shift = Int64.random(in: 0...63, using: &random)
            let value = Int64(bitPattern: random.next()) >> shift
            #expect(try int64(JSONNumber(value).literal) == value)
        }
    }
}
