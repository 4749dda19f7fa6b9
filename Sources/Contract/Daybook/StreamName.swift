/// What a stream's name says.
///
/// `account-576` belongs to the category `account`: the text before the first `-`. Names starting with `$`
/// are the system's; `$$account-576` holds the metadata of `account-576`.
public enum StreamName {
    /// The category of a stream, nil where its name has no `-`.
    public static func category(of stream: String) -> Substring? {
        stream.utf8.firstIndex(of: UInt8(ascii: "-")).map { stream[..<$0] }
    }

    /// Whether the stream is the system's.
    public static func isSystem(_ stream: String) -> Bool {
        stream.utf8.first == UInt8(ascii: "$")
    }

    /// The stream in which the journal says something of itself.
    package static let journal = "$journal"

    /// The stream that holds the metadata of `stream`.
    public static func metadata(of stream: String) -> String { "$$" + stream }

    /// The stream whose metadata `stream` holds, nil where it is no metadata stream.
    public static func subject(of stream: String) -> Substring? {
        stream.hasPrefix("$$") ? stream.dropFirst(2) : nil
    }
}

/// The types of the events that the store itself reads in metadata streams.
public enum SystemType {
    /// In `$$s`: the metadata of `s`, JSON; see `StreamMetadata`.
    public static let metadata = "$metadata"
    /// In `$$s`: all events of `s` so far are deleted; the next append reopens it.
    public static let softDeleted = "$stream-deleted"
    /// In `$$s`: `s` is deleted for good.
    public static let tombstoned = "$stream-tombstoned"
    /// In `$journal`: what is gone by then may be removed from the disk.
    package static let compactionPoint = "$compaction-point"
}
