/// A stream that only KurrentDB's clients see: the server answers it from the indexes, and nothing of it is recorded.
struct ServedStream {
    private let name: String
    /// What tells the same here.
    private let command: String

    /// Nil for any other name.
    init?(_ name: String) {
        self.name = name
        if name == "$streams" {
            command = "daybook streams"
            return
        }
        let commands = [
            ("$ce-", "daybook read --category"), ("$et-", "daybook read --type"),
            ("$bc-", "daybook read --correlation"), ("$category-", "daybook streams --category"),
        ]
        for (prefix, command) in commands where name.utf8.starts(with: prefix.utf8) {
            let rest = Substring(name.utf8.dropFirst(prefix.utf8.count))
            if rest.isEmpty { return nil }
            self.command = "\(command) \(rest)"
            return
        }
        return nil
    }

    /// Said instead of looking for it.
    var failure: Failure {
        Failure(
            .notFound, "streamNotFound", "`\(name)` is not in the store",
            why: "`daybook serve` answers it from the index, and nothing of it is recorded",
            remedy: "The same is told by `\(command)`.")
    }
}
