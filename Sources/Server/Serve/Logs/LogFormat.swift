internal import Daybook
internal import DaybookBytes
internal import DaybookJSON

/// How what is told looks: a line each, whatever stands in it.
package enum LogFormat: Sendable {
    /// `2026-05-01T12:00:00.000Z info    listening port=2113`
    case text
    /// `{"time":"2026-05-01T12:00:00.000Z","level":"info","message":"listening","port":2113}`
    case json

    func line(_ record: LogRecord) -> [UInt8] {
        switch self {
        case .text: Array(Self.text(record).utf8)
        case .json: Self.json(record)
        }
    }

    private static func text(_ record: LogRecord) -> String {
        var line = time(record.time) + " " + record.level.name
        line += String(repeating: " ", count: 8 - record.level.name.count)
        line += escaped(record.message, quoted: false)
        for (name, value) in record.fields.all {
            line += " " + name + "="
            switch value {
            case .text(let text): line += escaped(text, quoted: needsQuotes(text))
            case .integer(let number): line += String(number)
            case .number(let number): line += number.description
            case .truth(let truth): line += truth ? "true" : "false"
            }
        }
        return line + "\n"
    }

    private static func json(_ record: LogRecord) -> [UInt8] {
        // What is beyond ASCII is escaped too: some of it commands terminals, or turns a line round.
        var writer = JSONWriter(style: JSONWriter.Style(isASCIIOnly: true))
        writer.beginObject()
        writer.key("time")
        writer.string(time(record.time))
        writer.key("level")
        writer.string(record.level.name)
        writer.key("message")
        writer.string(record.message)
        for (name, value) in record.fields.all {
            writer.key(name)
            switch value {
            case .text(let text): writer.string(text)
            case .integer(let number): writer.integer(number)
            case .number(let number):
                // JSON has no word for what is no number.
                do throws(JSONError) { try writer.double(number) } catch { writer.null() }
            case .truth(let truth): writer.bool(truth)
            }
        }
        writer.endObject()
        writer.endLine()
        return writer.bytes.copied()
    }

    /// To the millisecond, always as long.
    private static func time(_ time: Timestamp) -> String {
        let text = Timestamp(microseconds: time.microseconds / 1000 * 1000).description
        return text.contains(".") ? text : text.dropLast() + ".000Z"
    }

    private static func needsQuotes(_ text: String) -> Bool {
        text.isEmpty
            || text.unicodeScalars.contains {
                $0 == " " || $0 == "\"" || $0 == "=" || $0 == "\\" || $0.isControl
            }
    }

    /// Without what could end the line or command a terminal.
    private static func escaped(_ text: String, quoted: Bool) -> String {
        if !quoted, !text.unicodeScalars.contains(where: \.isControl) { return text }
        var escaped = quoted ? "\"" : ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": escaped += "\\n"
            case "\\" where quoted, "\"" where quoted: escaped += "\\\(scalar)"
            case _ where scalar.isControl:
                escaped += "\\u{\(String(scalar.value, radix: 16))}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return quoted ? escaped + "\"" : escaped
    }
}
