internal import Daybook

/// How large an append may be.
struct GitAppendLimits: Hashable, Sendable {
    /// Events in one append; at least 2, a head and a change.
    var eventsMax = Limits.appendEventsMax
    /// Bytes of all its events as recorded. One event always goes.
    var bytesMax = Limits.appendBytesMax
}

/// Divides a commit into the appends that record it.
enum GitPlan {
    /// The parts that hold the changes from `done` on, the first of them with the number `part`.
    ///
    /// It goes by an upper bound of what an event takes, so no event has to be written to know how
    /// many parts there are, which each of them says. The same commit under the same limits is
    /// always divided in the same way.
    static func parts(
        of commit: GitCommit, stream: String, limits: GitAppendLimits, part: Int = 1, done: Int = 0
    ) -> [GitPart] {
        precondition(limits.eventsMax >= 2, "an append holds a head and a change at least")
        let names = stream.utf8.count + commit.hash.format.bytes * 6
        var ranges: [Range<Int>] = []
        var start = done
        var bytes = headBytesMax(commit, names, isFirst: part == 1)
        for index in done..<commit.changes.count {
            let next = changeBytesMax(commit.changes[index], names)
            let isFull =
                index > start
                && (index - start + 2 > limits.eventsMax || bytes + next > limits.bytesMax)
            if isFull {
                ranges.append(start..<index)
                start = index
                bytes = headBytesMax(commit, names, isFirst: false)
            }
            bytes += next
        }
        ranges.append(start..<commit.changes.count)
        let last = part + ranges.count - 1
        return ranges.enumerated().map { GitPart(part: part + $0, parts: last, changes: $1) }
    }

    // What the fields of fixed size take, rounded up: see EventRecord.
    private static let fixedBytes = 256

    private static func changeBytesMax(_ change: GitChange, _ names: Int) -> Int {
        // As a tag a byte takes four at most (`\xff`), in JSON five (`\\xff`).
        let isPlain = change.path.allSatisfy { $0 >= 0x20 && $0 < 0x7F && $0 != 0x5C && $0 != 0x22 }
        return fixedBytes + names + change.path.count * (isPlain ? 2 : 9)
    }

    private static func headBytesMax(_ commit: GitCommit, _ names: Int, isFirst: Bool) -> Int {
        guard isFirst else { return fixedBytes + names }
        let people = commit.author.bytes + commit.committer.bytes
        let message = min(commit.message.count, GitEventWriter.messageBytesMax) + 1024
        // In JSON a control character takes six bytes, an escaped byte five.
        return 3 * fixedBytes + names + (people + message) * 6
            + commit.parents.count * (commit.hash.format.bytes * 2 + 3)
    }
}

extension GitCommit.Person {
    fileprivate var bytes: Int { name.count + email.count + date.count }
}
