internal import Daybook
internal import DaybookBytes
package import DaybookJSON

/// The metadata of an event as a client sends them, and what of them are fields of the event here.
///
/// Metadata are any bytes. Where they are a JSON object, three of its members become fields, by which events are found:
///
/// ```
/// $tags           array of strings   tags
/// $correlationId  string             correlation
/// $causationId    string             causation
/// ```
///
/// A member that cannot be such a field stays where it is. Metadata without any of them stay as they are, byte for
/// byte; of others the rest is written anew, nothing where nothing is left.
package struct SentMetadata: Hashable, Sendable {
    package static let tagsKey = "$tags"
    package static let correlationKey = "$correlationId"
    package static let causationKey = "$causationId"

    /// What is left of the metadata.
    package private(set) var rest: [UInt8]
    package private(set) var tags: Set<String> = []
    package private(set) var correlation: String?
    package private(set) var causation: String?

    /// Nil where they stay as they are: most have none of the three, and need not be parsed to know it.
    static func parsed(_ bytes: RawSpan) -> SentMetadata? {
        for index in bytes.byteOffsets where bytes.u8(at: index) == UInt8(ascii: "$") {
            return SentMetadata(bytes.copied())
        }
        return nil
    }

    package init(_ bytes: [UInt8]) {
        rest = bytes
        guard let value = try? JSONValue(parsing: bytes),
            case .object(var object) = value
        else { return }
        let count = object.count
        take(from: &object)
        if object.count < count { rest = Self.written(object) }
    }

    package init(_ object: JSONObject) {
        rest = []
        var object = object
        take(from: &object)
        rest = Self.written(object)
    }

    private static func written(_ object: JSONObject) -> [UInt8] {
        object.isEmpty ? [] : JSONValue.object(object).bytes()
    }

    private mutating func take(from object: inout JSONObject) {
        if let found = object[Self.tagsKey].flatMap(Self.tags) {
            tags = found
            object.removeValue(forKey: Self.tagsKey)
        }
        if let found = object[Self.correlationKey].flatMap(Self.text) {
            correlation = found
            object.removeValue(forKey: Self.correlationKey)
        }
        if let found = object[Self.causationKey].flatMap(Self.text) {
            causation = found
            object.removeValue(forKey: Self.causationKey)
        }
    }

    private static func tags(_ value: JSONValue) -> Set<String>? {
        guard let list = value.asArray, !list.isEmpty, list.count <= Limits.eventTagsMax
        else { return nil }
        var tags: Set<String> = []
        for element in list {
            guard let tag = element.asString, (try? NameKind.tag.validate(tag)) != nil,
                tags.insert(tag).inserted
            else { return nil }
        }
        return tags
    }

    private static func text(_ value: JSONValue) -> String? {
        guard let text = value.asString,
            (try? NameKind.correlation.validate(text, limit: Limits.correlationBytesMax)) != nil
        else { return nil }
        return text
    }
}
