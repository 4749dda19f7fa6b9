internal import Daybook

/// All settings of the server with their values, and where each came from.
package struct Configuration: Sendable, Equatable {
    /// One setting with the value that holds.
    package struct Entry: Sendable, Equatable {
        package let setting: Setting
        package let value: Setting.Value
        package let origin: SettingOrigin
    }

    /// In the order of the table.
    package private(set) var entries: [Entry]
    /// What is good to know: variables that look like settings and are none.
    package private(set) var notes: [String] = []
    private var values: [String: Setting.Value]

    /// Takes the values that count: a flag before a variable, a variable before the file, all before the default.
    /// - Parameters:
    ///   - flags: by the names of the settings.
    ///   - variables: the environment; what does not begin with `DAYBOOK_` is passed over.
    ///   - file: the file with settings and what stands in it.
    /// - Throws: `configuration`, with the place, for the first value that cannot be used, also where another one
    ///   counts.
    package static func resolve(
        flags: [String: String] = [:], variables: [String: String] = [:],
        file: (path: String, bytes: [UInt8])? = nil
    ) throws(ServerError) -> Configuration {
        var found: [String: (Setting.Value, SettingOrigin)] = [:]
        func take(_ setting: Setting, _ text: String, _ origin: SettingOrigin) throws(ServerError) {
            found[setting.name] = (try value(of: text, for: setting, from: origin), origin)
        }
        if let file {
            var lines: [String: Int] = [:]
            for line in try ConfigurationFile.parse(file.bytes, path: file.path) {
                let origin = SettingOrigin.file(path: file.path, line: line.number)
                guard let setting = Settings[line.name] else { throw unknown(line.name, origin) }
                if let first = lines.updateValue(line.number, forKey: line.name) {
                    throw twice(line.name, first: first, origin)
                }
                try take(setting, line.value, origin)
            }
        }
        let notes = try check(variables: variables.keys.sorted())
        for setting in Settings.all {
            // A variable that is set to nothing is as good as not set: shells and containers make such ones.
            if let text = variables[setting.variable], !text.isEmpty {
                try take(setting, text, .variable(setting.variable))
            }
            if let text = flags[setting.name] { try take(setting, text, .flag(setting.name)) }
        }
        let entries = Settings.all.map { setting in
            guard let (value, origin) = found[setting.name] else {
                guard let value = setting.value(of: setting.standard) else {
                    preconditionFailure("the default of \(setting.name) cannot be read")
                }
                return Entry(setting: setting, value: value, origin: .standard)
            }
            return Entry(setting: setting, value: value, origin: origin)
        }
        return Configuration(entries, notes)
    }

    private init(_ entries: [Entry], _ notes: [String]) {
        self.entries = entries
        self.notes = notes
        values = Dictionary(uniqueKeysWithValues: entries.map { ($0.setting.name, $0.value) })
    }

    subscript(name: String) -> Setting.Value {
        guard let value = values[name] else { preconditionFailure("there is no setting \(name)") }
        return value
    }

    /// The same with paths as `place` makes them of those that were written.
    package func locating(_ place: (String) -> String) -> Configuration {
        let located = entries.map { entry in
            guard ["store", "tls-certificate", "tls-key"].contains(entry.setting.name),
                case .text(let path) = entry.value
            else { return entry }
            return Entry(
                setting: entry.setting, value: .text(place(path)), origin: entry.origin)
        }
        return Configuration(located, notes)
    }

    /// Where a setting got its value from.
    func origin(of name: String) -> SettingOrigin {
        entries.first { $0.setting.name == name }?.origin ?? .standard
    }

    // MARK: Refusals

    private static func value(
        of text: String, for setting: Setting, from origin: SettingOrigin
    ) throws(ServerError) -> Setting.Value {
        if let value = setting.value(of: text) { return value }
        var remedy = ""
        if case .choice(let choices) = setting.kind {
            remedy = Suggestion.words(for: text, among: choices)
        }
        if case .variable = origin, text.hasPrefix("tcp://") {
            // Kubernetes gives each container such a variable for each service.
            remedy =
                "Kubernetes sets it where a service is called daybook: `enableServiceLinks: "
                + "false` leaves it out. "
        }
        throw ServerError(
            .configuration,
            "`\(ConfigurationFile.shown(origin.spelling(setting.name, text)))` cannot be used",
            why: "\(setting.name) is \(setting.need)",
            remedy: remedy + "The default is `\(setting.standard)`.", place: "\(origin)")
    }

    private static func unknown(_ name: String, _ origin: SettingOrigin) -> ServerError {
        let shown = ConfigurationFile.shown(name)
        return ServerError(
            .configuration, "`\(shown)` is unknown", why: "there is no such setting",
            remedy: Suggestion.words(for: name, among: Settings.all.map(\.name))
                + "`daybook serve --print-config` lists them.", place: "\(origin)")
    }

    private static func twice(
        _ name: String, first: Int, _ origin: SettingOrigin
    ) -> ServerError {
        ServerError(
            .configuration, "`\(name)` is set twice", why: "line \(first) sets it already",
            remedy: "Leave one of the lines out.", place: "\(origin)")
    }

    /// Variables of ours that are no settings: the tests' own, and the file's.
    private static let others: Set = [
        Settings.fileVariable, "DAYBOOK_PART", "DAYBOOK_THOROUGH", "DAYBOOK_TESTS_SECONDS_MAX",
    ]

    /// Refuses what is probably a setting misspelt; what else begins as they do gets a note, as others set such
    /// variables, too.
    private static func check(variables: [String]) throws(ServerError) -> [String] {
        let known = Settings.all.map(\.variable)
        var notes: [String] = []
        for name in variables where name.hasPrefix(Setting.variablePrefix) {
            if known.contains(name) || others.contains(name) { continue }
            let own = String(name.dropFirst(Setting.variablePrefix.count))
            let meant = Suggestion.nearest(
                to: own, among: known.map { String($0.dropFirst(Setting.variablePrefix.count)) })
            guard let meant else {
                notes.append(
                    "the variable \(ConfigurationFile.shown(name)) is no setting: passed over")
                continue
            }
            throw ServerError(
                .configuration, "the variable `\(ConfigurationFile.shown(name))` is unknown",
                why: "there is no such setting",
                remedy: "Did you mean `\(Setting.variablePrefix)\(meant)`? "
                    + "`daybook serve --print-config` lists the settings.", place: "$\(name)")
        }
        return notes
    }
}
