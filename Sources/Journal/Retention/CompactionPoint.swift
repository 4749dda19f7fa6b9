package import Daybook
internal import DaybookJSON

/// A place in the journal at which was decided what may be removed: it follows from the events up to there and from
/// nothing else. Recorded as an event in `$journal`.
package struct CompactionPoint: Hashable, Sendable {
    /// The last position that counts.
    package var position: Position
    /// The instant by which ages count.
    package var time: Timestamp
    /// What was asked for with it: whoever asks for the same goes on with it where it was not finished.
    package var takesAll = false
    package var compresses = false

    var data: [UInt8] {
        var object: JSONObject = [
            "position": .number(JSONNumber(position)), "time": .string("\(time)"),
        ]
        if takesAll { object["all"] = .bool(true) }
        if compresses { object["compress"] = .bool(true) }
        return Array("\(JSONValue.object(object))".utf8)
    }

    init(position: Position, time: Timestamp) {
        self.position = position
        self.time = time
    }

    /// Nil where the data are not those of a compaction point.
    init?(_ data: [UInt8]) {
        guard let value = try? JSONValue(parsing: data), let position = value["position"]?.asInt64,
            position >= 0, let text = value["time"]?.asString, let time = Timestamp(text)
        else { return nil }
        self.init(position: Position(position), time: time)
        takesAll = value["all"] == true
        compresses = value["compress"] == true
    }
}
