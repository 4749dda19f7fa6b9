internal import DaybookJSON
internal import DaybookServer

/// The settings as they count, for people and for machines.
enum ConfigurationReport {
    static func print(_ configuration: Configuration, _ invocation: Invocation) throws {
        let output = invocation.output
        if invocation.isJSON {
            try output.json(json(configuration))
            return
        }
        var table = Table([("setting", .left), ("value", .left), ("from", .left)])
        for entry in configuration.entries {
            table.add([entry.setting.name, entry.value.description, entry.origin.description])
        }
        for line in table.lines(output.style) { try output.line(line) }
        try invocation.say(notes: configuration.notes)
    }

    /// Numbers are in bytes and milliseconds, as `unit` says.
    static func json(_ configuration: Configuration) -> JSONObject {
        var object = JSONObject()
        for entry in configuration.entries {
            var setting: JSONObject = [:]
            switch entry.value {
            case .text(let text), .word(let text): setting["value"] = .string(text)
            case .count(let number): setting["value"] = .number(JSONNumber(number))
            case .bytes(let number):
                setting["value"] = .number(JSONNumber(number))
                setting["unit"] = "bytes"
            case .milliseconds(let number):
                setting["value"] = .number(JSONNumber(number))
                setting["unit"] = "milliseconds"
            }
            setting["from"] = .string(entry.origin.description)
            object[entry.setting.name] = .object(setting)
        }
        return object
    }
}
