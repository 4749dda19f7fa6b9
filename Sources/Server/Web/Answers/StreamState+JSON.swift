package import Daybook
package import DaybookJSON

extension StreamState {
    /// The word for it.
    package var word: String {
        switch self {
        case .never: "never"
        case .onlyMetadata: "onlyMetadata"
        case .live: "live"
        case .softDeleted: "softDeleted"
        case .tombstoned: "tombstoned"
        }
    }

    /// All of these words.
    package static let words = ["never", "onlyMetadata", "live", "softDeleted", "tombstoned"]

    /// The revision of its last event, deleted or not.
    package var lastRevision: Revision? {
        switch self {
        case .never, .onlyMetadata: nil
        case .live(let last), .softDeleted(let last): last
        case .tombstoned(let last): last
        }
    }

    package var json: JSONValue {
        var object: JSONObject = ["state": .string(word)]
        if let lastRevision { object["lastRevision"] = .number(JSONNumber(lastRevision)) }
        return .object(object)
    }
}

extension StreamInfo {
    package var json: JSONValue {
        var object: JSONObject = [
            "stream": .string(name), "state": .string(state.word),
            "count": .number(JSONNumber(count)),
        ]
        if let last = state.lastRevision {
            object["firstRevision"] = .number(JSONNumber(firstRevision))
            object["lastRevision"] = .number(JSONNumber(last))
        }
        if let lastPosition { object["lastPosition"] = .number(JSONNumber(lastPosition)) }
        return .object(object)
    }
}
