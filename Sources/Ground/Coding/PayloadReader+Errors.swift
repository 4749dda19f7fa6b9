import DaybookBytes
import DaybookJSON

extension PayloadReader {
    /// Longer numbers and names are cut in errors.
    static let lookBytesMax = 60

    /// The way from the payload's root to a value: worked out where an error needs it.
    func path(to index: Int) -> [any CodingKey] {
        var path: [any CodingKey] = []
        var container = 0
        while container != index {
            var at = container + 1
            var place = 0
            while Int(tape.cells[at].next) <= index {
                at = Int(tape.cells[at].next)
                place += 1
            }
            path.append(
                tape.cells[container].kind == .array ? PathKey(place) : pathKey(of: at))
            container = at
        }
        return path
    }

    private func pathKey(of index: Int) -> PathKey {
        let cell = tape.cells[index]
        switch cell.keyKind {
        case .text: return PathKey(tape.text(cell.key))
        case .integer: return tape.integerKey(of: index).map { PathKey($0) } ?? PathKey("?")
        case .none, .other: return PathKey("?")
        }
    }

    func corrupted(_ reason: String, _ index: Int) -> DecodingError {
        .dataCorrupted(.init(codingPath: path(to: index), debugDescription: reason))
    }

    /// The error for a value of another kind than the one that was asked for.
    @inline(never)
    func mismatch(_ type: any Any.Type, _ index: Int) -> DecodingError {
        mismatch(type, index, wanted: article(type))
    }

    func mismatch(
        _ type: any Any.Type, _ index: Int, wanted: String
    ) -> DecodingError {
        let context = DecodingError.Context(
            codingPath: path(to: index),
            debugDescription: "\(wanted) was asked for, but \(look(index)) stands there")
        return isNull(index) ? .valueNotFound(type, context) : .typeMismatch(type, context)
    }

    func notFound(_ key: some CodingKey, in object: Int) -> DecodingError {
        let context = DecodingError.Context(
            codingPath: path(to: object),
            debugDescription: "the object has no member '\(key.stringValue)'")
        return .keyNotFound(key, context)
    }

    func atEnd(_ type: any Any.Type, of array: Int) -> DecodingError {
        let count = Int(tape.cells[array].count)
        let context = DecodingError.Context(
            codingPath: path(to: array) + [PathKey(count)],
            debugDescription:
                "\(article(type)) was asked for behind the last of \(count) elements")
        return .valueNotFound(type, context)
    }

    func article(_ type: any Any.Type) -> String {
        let name = "\(type)"
        return ("AEIO".contains(name.first ?? "?") ? "an " : "a ") + name
    }

    /// What a value is, in words.
    func look(_ index: Int) -> String {
        switch tape.cells[index].kind {
        case .object: return "an object"
        case .array: return "an array"
        case .text: return "a string"
        case .true: return "true"
        case .false: return "false"
        case .null: return "null"
        case .bytes: return "a string of bytes"
        case .positive, .negative: return "an integer of more than 64 bits"
        case .simple: return "a simple value without a meaning"
        case .number:
            let text = tape.numberText(at: index, format, bytesMax: Self.lookBytesMax)
            return "the number \(text)"
        }
    }
}

/// A key on the path to a value.
struct PathKey: CodingKey, CustomStringConvertible {
    let stringValue: String
    let intValue: Int?

    init(_ name: String) {
        stringValue = name
        intValue = nil
    }

    init(_ place: Int) {
        stringValue = "\(place)"
        intValue = place
    }

    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { self.init(intValue) }

    var description: String { stringValue }
}
