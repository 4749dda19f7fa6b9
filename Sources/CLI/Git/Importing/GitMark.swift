internal import Daybook
internal import DaybookBytes
internal import DaybookJSON

/// How far an import has come: the token and the note of its tracking mark.
///
/// The token is text: the hash of the last commit, which part of how many of it, and how many of
/// its changes are recorded: `<hash> 1/1 12`. The note is JSON: commits and changes recorded in
/// all, and the revision at which the record begins, `{"commits":3,"changes":40,"first":0}`.
struct GitMark: Hashable, Sendable {
    var commit: GitObjectID
    var part: Int
    var parts: Int
    /// Changes of that commit recorded so far.
    var changes: Int
    /// Commits recorded so far, that one included.
    var commitsInAll: Int
    /// Changes recorded so far, those of that commit included.
    var changesInAll: Int
    /// The revision of the first event: not 0 where the stream was deleted and written anew.
    var first: Revision

    /// Whether the commit goes on in another append.
    var isInsideCommit: Bool { part < parts }

    var token: [UInt8] { Array("\(commit) \(part)/\(parts) \(changes)".utf8) }

    var note: [UInt8] {
        let counts = "\"commits\":\(commitsInAll),\"changes\":\(changesInAll)"
        return Array("{\(counts),\"first\":\(first)}".utf8)
    }

    init(
        commit: GitObjectID, part: GitPart, commitsInAll: Int, changesInAll: Int, first: Revision
    ) {
        self.commit = commit
        self.part = part.part
        parts = part.parts
        changes = part.changes.upperBound
        self.commitsInAll = commitsInAll
        self.changesInAll = changesInAll
        self.first = first
    }

    /// Nil where it is no mark of an import from git.
    init?(_ tracking: TrackingToken) {
        let words = String(decoding: tracking.token, as: UTF8.self).split(separator: " ")
        guard words.count == 3, let commit = GitObjectID(String(words[0])),
            let changes = Int(words[2]), changes >= 0
        else { return nil }
        let numbers = words[1].split(separator: "/").compactMap { Int($0) }
        guard numbers.count == 2, numbers[0] >= 1, numbers[1] >= numbers[0] else { return nil }
        let note = try? JSONValue(parsing: tracking.note.rawSpan)
        self.commit = commit
        part = numbers[0]
        parts = numbers[1]
        self.changes = changes
        commitsInAll = note?["commits"]?.asInt64.map { Int(clamping: $0) } ?? 0
        changesInAll = note?["changes"]?.asInt64.map { Int(clamping: $0) } ?? 0
        first = note?["first"]?.asInt64.map { Revision(clamping: $0) } ?? 0
    }
}
