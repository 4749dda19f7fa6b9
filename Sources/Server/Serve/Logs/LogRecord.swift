package import Daybook

/// One thing that is told: when, how much it weighs, what, and the particulars.
///
/// Payloads, credentials and keys are never among the particulars.
package struct LogRecord: Sendable, Equatable {
    package var time: Timestamp
    package var level: LogLevel
    /// Always the same words for the same thing, so that it can be searched for.
    package var message: String
    package var fields: LogFields

    package init(
        _ time: Timestamp, _ level: LogLevel, _ message: String, _ fields: LogFields = [:]
    ) {
        self.time = time
        self.level = level
        self.message = message
        self.fields = fields
    }

    /// Longer texts are cut, so that what waits to be written has a bound.
    static let textBytesMax = 1024

    /// The same with no text too long.
    func cut() -> LogRecord {
        var record = self
        record.message = Self.cut(message)
        record.fields = LogFields(
            fields.all.map { name, value in
                if case .text(let text) = value {
                    (name, .text(Self.cut(text)))
                } else {
                    (name, value)
                }
            })
        return record
    }

    private static func cut(_ text: String) -> String {
        text.utf8.count <= textBytesMax
            ? text : String(decoding: text.utf8.prefix(textBytesMax), as: UTF8.self) + "…"
    }
}

/// A particular of what is told.
package enum LogValue: Sendable, Equatable {
    case text(String)
    case integer(Int64)
    case number(Double)
    case truth(Bool)

    /// Any other value by its description.
    package static func some(_ value: some CustomStringConvertible) -> LogValue {
        .text(value.description)
    }

    package static func count(_ value: some BinaryInteger) -> LogValue {
        .integer(Int64(clamping: value))
    }
}

extension LogValue: ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral,
    ExpressibleByBooleanLiteral
{
    package init(stringLiteral text: String) { self = .text(text) }
    package init(integerLiteral number: Int64) { self = .integer(number) }
    package init(booleanLiteral truth: Bool) { self = .truth(truth) }
}

/// Particulars by name, in their order.
package struct LogFields: Sendable, ExpressibleByDictionaryLiteral {
    package private(set) var all: [(name: String, value: LogValue)]

    init(_ all: [(name: String, value: LogValue)]) { self.all = all }

    package init(dictionaryLiteral elements: (String, LogValue)...) {
        self.init(elements.map { (name: $0, value: $1) })
    }
}

extension LogFields: Equatable {
    package static func == (left: LogFields, right: LogFields) -> Bool {
        left.all.elementsEqual(right.all) { $0.name == $1.name && $0.value == $1.value }
    }
}
