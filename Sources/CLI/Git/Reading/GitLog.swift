/// What `git log` is asked for, and what comes back: the one description of that format.
///
/// With `-z` everything ends with a zero byte, so its output is a row of tokens. For each commit:
///
///     hash · tree · parents, with spaces between · author's name · email · date
///     committer's name · email · date · message · (an empty token, which ends the format)
///     then for each change, in the order of paths:
///     :<old mode> <new mode> <old id> <new id> <A, M, D or T> · path
///
/// The first change has a line feed before its colon. A hash never begins with a colon, so the next
/// commit is told from the next change. Dates are `seconds offset`. Merges are compared with their
/// first parent only, a root with the empty tree.
enum GitLog {
    /// The arguments behind `git`, for the first-parent chain up to `last`, oldest first, without
    /// what can be reached from `after`.
    static func arguments(upTo last: GitObjectID, after: GitExclusion?) -> [String] {
        let range = [last.description] + (after.map { [$0.argument] } ?? [])
        return ["log", "--first-parent", "--reverse"] + output + range + ["--"]
    }

    /// How many commits that chain has.
    static func countArguments(upTo last: GitObjectID, after: GitExclusion?) -> [String] {
        ["rev-list", "--first-parent", "--count", last.description]
            + (after.map { [$0.argument] } ?? []) + ["--"]
    }

    // Each option answers a configuration that would change what is said: renames, an order of
    // paths, submodules left out, signatures checked by another program, a mail map, notes,
    // colours.
    private static let output = [
        "--diff-merges=first-parent", "--root", "--raw", "-r", "-z", "--no-abbrev", "--no-renames",
        "--no-ext-diff", "--no-textconv", "--no-relative", "-O/dev/null",
        "--ignore-submodules=none",
        "--no-show-signature", "--no-mailmap", "--no-notes", "--no-color", "--no-decorate",
        "--encoding=UTF-8", "--date=raw",
        "--format=tformat:%H%x00%T%x00%P%x00%an%x00%ae%x00%ad%x00%cn%x00%ce%x00%cd%x00%B%x00",
    ]
}
