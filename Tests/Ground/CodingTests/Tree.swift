/// Any value, as `Codable` sees it.
indirect enum Tree: Codable, Equatable {
    case null
    case bool(Bool)
    case integer(Int128)
    case number(Double)
    case text(String)
    case bytes([UInt8])
    case list([Tree])
    case members([String: Tree])

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let bool = try? value.decode(Bool.self) {
            self = .bool(bool)
        } else if let integer = try? value.decode(Int128.self) {
            self = .integer(integer)
        } else if let number = try? value.decode(Double.self) {
            self = .number(number)
        } else if let text = try? value.decode(String.self) {
            self = .text(text)
        } else if let list = try? value.decode([Tree].self) {
            self = .list(list)
        } else if let bytes = try? value.decode([UInt8].self) {
            self = .bytes(bytes)
        } else {
            self = .members(try value.decode([String: Tree].self))
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
