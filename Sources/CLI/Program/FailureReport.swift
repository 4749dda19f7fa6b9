internal import Daybook
internal import DaybookJSON

/// A failure as the error stream shows it.
enum FailureReport {
    /// In words, what first.
    static func lines(_ failure: Failure, _ style: Style) -> [String] {
        var lines = [style.paint("daybook: ", .removed) + failure.what.withoutControls]
        func add(_ title: String, _ text: String) {
            if text.isEmpty { return }
            lines.append(
                "  " + style.paint((title + ":").padded(to: 8), .faint) + text.withoutControls)
        }
        add("why", failure.why)
        if let place = failure.placeText { add("place", place) }
        if let position = failure.position { add("at", "position \(position)") }
        add("try", failure.remedy)
        return lines
    }

    /// As one JSON object on one line.
    static func json(_ failure: Failure) -> String {
        var error: JSONObject = [
            "code": .string(failure.code), "what": .string(failure.what),
            "why": .string(failure.why), "remedy": .string(failure.remedy),
            "exitCode": .number(JSONNumber(failure.exit.rawValue)),
        ]
        error["place"] = failure.placeText.map(JSONValue.string)
        error["position"] = failure.position.map { .number(JSONNumber($0)) }
        error["actual"] = failure.actual.map { .string($0.description) }
        return JSONValue.object(["error": .object(error)]).text()
    }
}
