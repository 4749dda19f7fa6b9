internal import Daybook
internal import DaybookBytes
internal import DaybookJSON

/// The types of the events that record a history.
///
/// A commit is one `commit` event, then one event for each path it changed, in git's order. What
/// does not fit into one append goes on in the next behind a `commit-continued` event; each then
/// says which of how many parts it begins.
///
///     commit            {hash, parents, tree, format, author, committer, subject, message,
///                       changes}: how many; author and committer: {name, email, time, zone}
///                       where git has no time: time is null, and date says what git has
///                       where there are several parts: part and parts
///                       where a shallow clone ends: shallow, true
///                       where the message was cut: messageBytes, how many it has
///                       where text is not UTF-8: escaped, the names of those fields
///     commit-continued  {hash, part, parts}
///     file-added        {path, mode, blob}
///     file-modified     {path, mode, blob, oldMode, oldBlob}
///     file-deleted      {path, mode, blob}: what stood there
///
/// Paths are escaped as `GitText` says. Names and messages stand as they are; those that are not
/// UTF-8 are escaped and named in `escaped`. The blob of a submodule is the commit it stands at.
///
/// `occurredAt` is the committer's time, `correlation` the commit's hash, `causation` of a change
/// the id of the commit event. There are two tags, since each answers a question that is asked of a
/// history and costs an entry in an index: `commit:<hash>` on commits finds one, `path:<path>` on
/// changes finds all that happened to a file. A path too long for a tag has none.
enum GitEventType {
    static let commit = "commit"
    static let continued = "commit-continued"
    static let added = "file-added"
    static let modified = "file-modified"
    static let deleted = "file-deleted"
}

/// Which part of a commit an append holds; part 1 of 1 where it holds all of it.
struct GitPart: Hashable, Sendable {
    var part: Int
    var parts: Int
    /// Which of the commit's changes.
    var changes: Range<Int>
}

/// Writes the events of commits.
struct GitEventWriter: ~Copyable {
    /// A longer message is cut.
    static let messageBytesMax = 1 << 20
    /// Ids are UUIDs of version 5 in a namespace of the record, which lies in this one: that of a
    /// stream and the revision from which on it holds the history. A stream that is deleted and
    /// written anew gets other ids, or its events would be taken for those deleted.
    static let namespace = EventID("7d5f1d52-7f0c-5c0b-9d5e-6a1c8e0b2f64")!

    private let namespace: [UInt8]
    private var hasher = GitHasher(.sha1)
    private var json = JSONWriter()

    init(stream: String, from first: Revision = 0) {
        var hasher = GitHasher(.sha1)
        let own = Self.id(Self.bytes(of: Self.namespace), "\(first) \(stream)", &hasher)
        namespace = Self.bytes(of: own)
    }

    /// The events of a part: a head, and the changes in it.
    mutating func events(of commit: GitCommit, _ part: GitPart) -> [Event] {
        let name = commit.hash.description
        // A commit where a shallow clone ends changes other things than in a whole one.
        let prefix = commit.isBoundary ? name + "/shallow/" : name + "/"
        let time = commit.occurredAt
        let commitID = Self.id(namespace, prefix + "0", &hasher)
        var events: [Event] = []
        events.reserveCapacity(part.changes.count + 1)
        var head = Event(
            id: commitID, type: GitEventType.commit, tags: ["commit:" + name], correlation: name,
            occurredAt: time)
        if part.part > 1 {
            head.id = Self.id(namespace, prefix + "part/\(part.part)", &hasher)
            head.type = GitEventType.continued
            head.tags = []
            head.causation = commitID.description
        }
        head.data = data(of: commit, part)
        events.append(head)
        let cause = commitID.description
        for index in part.changes {
            let path = GitText.escaped(commit.changes[index].path)
            let tag = "path:" + path
            events.append(
                Event(
                    id: Self.id(namespace, prefix + String(index + 1), &hasher),
                    type: commit.changes[index].type, data: data(of: commit.changes[index], path),
                    tags: tag.utf8.count <= Limits.nameBytesMax ? [tag] : [], causation: cause,
                    correlation: name, occurredAt: time))
        }
        return events
    }

    private mutating func data(of change: GitChange, _ path: String) -> [UInt8] {
        json.removeAll()
        json.beginObject()
        json.field("path", path)
        if let entry = change.new ?? change.old {
            json.field("mode", entry.mode.description)
            json.field("blob", entry.object.description)
        }
        if let old = change.old, change.new != nil {
            json.field("oldMode", old.mode.description)
            json.field("oldBlob", old.object.description)
        }
        json.endObject()
        return json.bytes.copied()
    }

    private mutating func data(of commit: GitCommit, _ part: GitPart) -> [UInt8] {
        json.removeAll()
        if part.part > 1 {
            json.beginObject()
            json.field("hash", commit.hash.description)
            json.field(part)
            json.endObject()
        } else {
            json.write(commit, part.parts > 1 ? part : nil)
        }
        return json.bytes.copied()
    }

    private static func bytes(of id: EventID) -> [UInt8] {
        (0..<16).map { index in
            let word = index < 8 ? id.high : id.low
            return UInt8(truncatingIfNeeded: word >> UInt64(56 - (index & 7) * 8))
        }
    }

    private static func id(
        _ namespace: [UInt8], _ name: String, _ hasher: inout GitHasher
    ) -> EventID {
        let hash = hasher.hash(namespace.rawSpan, Array(name.utf8).rawSpan)
        return EventID(sha1Digest: (0..<16).map { hash[$0] })
    }
}

extension GitChange {
    /// The type of the event that records it.
    var type: String {
        if old == nil { return GitEventType.added }
        return new == nil ? GitEventType.deleted : GitEventType.modified
    }
}
