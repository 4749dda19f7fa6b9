import DaybookBytes
import DaybookCoding
import DaybookJSON
import Testing

@Suite("What cannot be decoded or encoded") struct ErrorTests {
    /// An error in one line: what, where, why.
    static func line(_ error: any Error) -> String {
        func line(_ kind: String, _ context: DecodingError.Context) -> String {
            let path = context.codingPath.map(\.stringValue).joined(separator: ".")
            return "\(kind) at '\(path)': \(context.debugDescription)"
        }
        switch error {
        case DecodingError.typeMismatch(_, let context): return line("mismatch", context)
        case DecodingError.valueNotFound(_, let context): return line("no value", context)
        case DecodingError.keyNotFound(let key, let context):
            return line("no key \(key.stringValue)", context)
        case DecodingError.dataCorrupted(let context): return line("corrupted", context)
        case EncodingError.invalidValue(_, let context):
            let path = context.codingPath.map(\.stringValue).joined(separator: ".")
            return "invalid at '\(path)': \(context.debugDescription)"
        default: return "another: \(error)"
        }
    }

    static func refusal<Value: Decodable>(
        _ type: Value.Type, _ text: String, sourceLocation: SourceLocation = #_sourceLocation
    ) -> String {
        do {
            let value = try JSONCoding.decode(type, from: Array(text.utf8).rawSpan)
            return "decoded: \(value)"
        } catch {
            return line(error)
        }
    }

    @Test func `An error says what was asked for, what stands there, and where`() {
        typealias Paid = MoneyPaidIn
        #expect(
            Self.refusal([Paid].self, #"[{"amount":1,"reference":"a"},{"amount":1}]"#)
                == "no key reference at '1': the object has no member 'reference'")
        #expect(
            Self.refusal([Paid].self, #"[{"reference":7,"amount":1}]"#)
                == "mismatch at '0.reference': a String was asked for, but the number 7 stands there"
        )
        #expect(
            Self.refusal(Paid.self, #"{"amount":null}"#)
                == "no value at 'amount': an Int was asked for, but null stands there")
        #expect(
            Self.refusal(Paid.self, "[]")
                == "mismatch at '': an object was asked for, but an array stands there")
        #expect(
            Self.refusal([Int].self, "null")
                == "no value at '': an array was asked for, but null stands there")
        #expect(
            Self.refusal([String: [Bool]].self, #"{"é":[true,"a"]}"#)
                == "mismatch at 'é.1': a Bool was asked for, but a string stands there")
    }

    @Test func `A number that does not fit is refused, and none is rounded to an integer`() {
        #expect(
            Self.refusal([UInt8].self, "[1,256]")
                == "corrupted at '1': the number 256 does not fit into UInt8, which goes from 0 to 255"
        )
        #expect(
            Self.refusal(UInt.self, "-1").hasPrefix("corrupted at '': the number -1 does not fit"))
        #expect(Self.refusal(UInt.self, "-0") == "decoded: 0")
        #expect(
            Self.refusal(Int.self, "1.5")
                == "corrupted at '': an Int was asked for, but the number 1.5 is no whole number")
        #expect(Self.refusal(Int8.self, "-1.28e2") == "decoded: -128")
        #expect(Self.refusal(Int64.self, "9223372036854775807") == "decoded: 9223372036854775807")
        #expect(Self.refusal(Int64.self, "-9223372036854775808") == "decoded: -9223372036854775808")
        #expect(Self.refusal(Int64.self, "9223372036854775808").contains("does not fit into Int64"))
        #expect(
            Self.refusal(UInt128.self, "340282366920938463463374607431768211455")
                == "decoded: 340282366920938463463374607431768211455")
        #expect(
            Self.refusal(UInt128.self, "340282366920938463463374607431768211456")
                .contains("does not fit into UInt128"))
        #expect(
            Self.refusal(Int128.self, "170141183460469231731687303715884105728")
                .contains("does not fit into Int128"))
        #expect(Self.refusal(Int.self, "1e400").contains("does not fit into Int"))
        #expect(
            Self.refusal(Double.self, "1e400")
                == "corrupted at '': the number 1e400 is greater than any Double")
        #expect(Self.refusal(Float.self, "1e39").contains("greater than any Float"))
        #expect(Self.refusal(Double.self, "1e-400") == "decoded: 0.0")
        let long = String(repeating: "9", count: 100)
        #expect(Self.refusal(Int.self, long).contains("the number \(long.prefix(60))… does not"))
    }

    @Test func `A malformed text is refused with its byte, and the cause`() throws {
        #expect(
            Self.refusal([Int].self, "[1,]")
                == "corrupted at '': the payload is not JSON: a value was expected at byte 3, but `]` "
                + "stands there")
        do {
            _ = try JSONCoding.decode(Int.self, from: Array("1 2".utf8).rawSpan)
            Issue.record("decoded")
        } catch DecodingError.dataCorrupted(let context) {
            #expect((context.underlyingError as? JSONError)?.code == .trailingBytes)
            #expect((context.underlyingError as? JSONError)?.offset == 2)
        }
    }

    @Test func `Behind the last element there is nothing`() throws {
        struct Pair: Decodable {
            let isEmpty: Bool
            init(from decoder: any Decoder) throws {
                var list = try decoder.unkeyedContainer()
                #expect(list.count == 1 && list.currentIndex == 0)
                // An element that is something else stays where it is.
                #expect(throws: DecodingError.self) { try list.decode(String.self) }
                #expect(try list.decodeNil() == false)
                #expect(try list.decode(Int.self) == 5)
                #expect(list.isAtEnd && list.currentIndex == 1)
                #expect(try list.decodeIfPresent(Int.self) == nil)
                isEmpty = try list.decode(Bool.self)
            }
        }
        #expect(
            Self.refusal(Pair.self, "[5]")
                == "no value at '1': a Bool was asked for behind the last of 1 elements")
    }

    @Test(arguments: PayloadFormat.allCases)
    func `A coding path is told to who asks`(format: PayloadFormat) throws {
        struct Where: Codable {
            var path: [String] = []
            init() {}
            init(from decoder: any Decoder) throws {
                path = decoder.codingPath.map(\.stringValue)
                _ = try decoder.singleValueContainer().decode([String].self)
            }
            func encode(to encoder: any Encoder) throws {
                try encoder.codingPath.map(\.stringValue).encode(to: encoder)
            }
        }
        let value = ["a": [[Where()], [Where(), Where()]]]
        let bytes = try PayloadEncoder(format).encode(value)
        let expected = ["a": [[["a", "0", "0"]], [["a", "1", "0"], ["a", "1", "1"]]]]
        let decoder = PayloadDecoder(format)
        #expect(try decoder.decode([String: [[[String]]]].self, from: bytes.rawSpan) == expected)
        let back = try decoder.decode([String: [[Where]]].self, from: bytes.rawSpan)
        #expect(back.mapValues { $0.map { $0.map(\.path) } } == expected)
    }

    @Test func `What a format cannot say is refused`() throws {
        func refusal(_ value: some Encodable, _ format: PayloadFormat = .json) -> String {
            do { return "encoded: \(try PayloadEncoder(format).encode(value))" } catch {
                return Self.line(error)
            }
        }
        #expect(
            refusal(["a": [1, Double.infinity]])
                == "invalid at 'a.1': JSON has no number inf: encode it as a string or as null")
        #expect(refusal(Float.nan).hasPrefix("invalid at '': JSON has no number nan"))
        #expect(refusal(Encoding { _ in }) == "invalid at '': the value has encoded nothing")
        var deep = Tree.integer(1)
        for _ in 0..<512 { deep = .list([deep]) }
        for format in PayloadFormat.allCases {
            let bytes = try PayloadEncoder(format).encode(deep)
            #expect(try PayloadDecoder(format).decode(Depth.self, from: bytes.rawSpan).depth == 512)
            #expect(
                refusal([deep], format)
                    == "invalid at '': objects and arrays are nested more than 512 deep")
        }
    }

    @Test func `A value that fails while it is encoded leaves no trace`() throws {
        let value = Encoding { encoder in
            var list = encoder.unkeyedContainer()
            try list.encode(1)
            try? list.encode(Double.nan)
            try? list.encode([Double.nan])
            var object = list.nestedContainer(keyedBy: Name.self)
            try? object.encode([1, .nan], forKey: "a")
            try object.encode(2, forKey: "b")
        }
        #expect(try JSONCoding.encode(value) == Array(#"[1,{"b":2}]"#.utf8))
    }

    @Test func `In the place of a value that failed another may be encoded`() throws {
        struct Number: Encodable {
            let value: Double
            func encode(to encoder: any Encoder) throws {
                var place = encoder.singleValueContainer()
                do { try place.encode(value) } catch {
                    do { try place.encode(["value": value]) } catch {
                        try place.encode("\(value)")
                    }
                }
            }
        }
        let value = [Number(value: 0.5), Number(value: .nan)]
        #expect(try JSONCoding.encode(value) == Array(#"[0.5,"nan"]"#.utf8))
        #expect(try JSONCoding.encode(value[1]) == Array(#""nan""#.utf8))
    }
}

/// How deep an array is nested.
struct Depth: Decodable {
    var depth = 0
    init(from decoder: any Decoder) throws {
        if var list = try? decoder.unkeyedContainer() {
            depth = try list.decode(Depth.self).depth + 1
        }
    }
}
