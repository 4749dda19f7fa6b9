internal import DaybookBytes
internal import DaybookCoding

/// Payloads of any bytes: what is decoded of them is encoded, and decoded to the same.
enum Payloads {
    /// Of longer ones an error alone, which says where in a payload it is, takes too long for a fuzzer.
    private static let bytesMax = 300

    static func check(_ bytes: RawSpan) {
        if bytes.byteCount > bytesMax { return }
        for format in PayloadFormat.allCases {
            let decoder = PayloadDecoder(format)
            let kept = try? decoder.decode(Kept.self, from: bytes)
            // The same decoder for all of it, which hands out its containers again from the second payload on.
            for _ in 0..<2 {
                check(Statement.self, bytes, decoder, as: PayloadFormat.allCases)
                // Not in the other format: there a string of bytes may be a list of numbers.
                check(AnyValue.self, bytes, decoder, as: [format])
                if let late = try? decoder.decode(Kept.self, from: bytes) {
                    precondition(late.names == late.namesAtFirst, "a container has moved")
                }
            }
            if let kept { precondition(kept.names == kept.namesAtFirst, "a container has moved") }
        }
    }

    private static func check<Value: Codable & Equatable>(
        _ type: Value.Type, _ bytes: RawSpan, _ decoder: PayloadDecoder, as formats: [PayloadFormat]
    ) {
        let value = try? decoder.decode(type, from: bytes)
        precondition(
            value == (try? PayloadDecoder(decoder.format).decode(type, from: bytes)),
            "a decoder that was used before decodes something else")
        guard let value else { return }
        for format in formats {
            guard let again = try? PayloadEncoder(format).encode(value) else {
                precondition(format != decoder.format, "what was decoded cannot be encoded")
                continue
            }
            let reader = format == decoder.format ? decoder : PayloadDecoder(format)
            precondition(
                value == (try? reader.decode(type, from: again.rawSpan)),
                "what was encoded does not decode to what it was")
        }
    }
}

/// A value that keeps its container.
private struct Kept: Decodable {
    private enum Keys: String, CodingKey, CaseIterable { case owner, balance, lines, limit, note }

    private let container: KeyedDecodingContainer<Keys>
    let namesAtFirst: [String]
    var names: [String] { container.allKeys.map(\.stringValue) }

    init(from decoder: any Decoder) throws {
        container = try decoder.container(keyedBy: Keys.self)
        namesAtFirst = container.allKeys.map(\.stringValue)
    }
}

private struct Statement: Codable, Equatable {
    struct Line: Codable, Equatable {
        var count: UInt8?
        var price: Number<Float>?
        var lines: [Line]?
    }

    var owner: String?
    var balance: Int64?
    var isOpen: Bool?
    var limit: Number<Double>?
    var note: [UInt8]?
    var lines: [Line]?
}

/// A number that is equal to itself whatever it is.
private struct Number<Value: BinaryFloatingPoint & Codable>: Codable, Equatable {
    let value: Value
    init(from decoder: any Decoder) throws { value = try Value(from: decoder) }
    func encode(to encoder: any Encoder) throws { try value.encode(to: encoder) }
    static func == (one: Number, other: Number) -> Bool {
        one.value == other.value || one.value.isNaN && other.value.isNaN
    }
}

private indirect enum AnyValue: Codable, Equatable {
    case null
    case bool(Bool)
    case integer(Int128)
    case number(Number<Double>)
    case text(String)
    case bytes([UInt8])
    case list([AnyValue])
    case members([String: AnyValue])

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let bool = try? value.decode(Bool.self) {
            self = .bool(bool)
        } else if let integer = try? value.decode(Int128.self) {
            self = .integer(integer)
        } else if let number = try? value.decode(Number<Double>.self) {
            // JSON writes 11953184666630582898.3 as the whole number that is nearest among those of a Double.
            self = Int128(exactly: number.value).map { .integer($0) } ?? .number(number)
        } else if let text = try? value.decode(String.self) {
            self = .text(text)
        } else if let list = try? value.decode([AnyValue].self) {
            self = .list(list)
        } else if let bytes = try? value.decode([UInt8].self) {
            self = .bytes(bytes)
        } else {
            self = .members(try value.decode([String: AnyValue].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        switch self {
        case .null: try value.encodeNil()
        case .bool(let bool): try value.encode(bool)
        case .integer(let integer): try value.encode(integer)
        case .number(let number): try value.encode(number)
        case .text(let text): try value.encode(text)
        case .bytes(let bytes): try value.encode(bytes)
        case .list(let list): try value.encode(list)
        case .members(let members): try value.encode(members)
        }
    }
}
