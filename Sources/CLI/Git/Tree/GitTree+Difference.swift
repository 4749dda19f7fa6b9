extension GitTree {
    /// What leads from one tree to another, in git's order. What they share is not looked at.
    static func difference(from old: GitTree, to new: GitTree) -> [GitChange] {
        var changes: [GitChange] = []
        difference(old.root, new.root, [], &changes)
        return changes
    }

    private static func difference(
        _ old: Directory, _ new: Directory, _ folder: [UInt8], _ changes: inout [GitChange]
    ) {
        if old === new || (old.id != nil && old.id == new.id) { return }
        var (oldAt, newAt) = (0, 0)
        while oldAt < old.nodes.count || newAt < new.nodes.count {
            let order = order(old.nodes.element(oldAt), new.nodes.element(newAt))
            let left = order <= 0 ? old.nodes[oldAt] : nil
            let right = order >= 0 ? new.nodes[newAt] : nil
            let path = folder + (left ?? right!).name
            if left?.directory != nil || right?.directory != nil {
                difference(
                    left?.directory ?? Directory(), right?.directory ?? Directory(),
                    path + [UInt8(ascii: "/")], &changes)
            } else if left?.entry != right?.entry {
                changes.append(GitChange(path: path, old: left?.entry, new: right?.entry))
            }
            if left != nil { oldAt += 1 }
            if right != nil { newAt += 1 }
        }
    }

    /// Negative where only the left one comes next, positive where only the right one does.
    private static func order(_ left: Node?, _ right: Node?) -> Int {
        guard let left else { return 1 }
        guard let right else { return -1 }
        return Directory.order(
            left.name[...], left.directory != nil, right.name[...], right.directory != nil)
    }

    /// Calls `body` with each file, link and submodule, in git's order.
    func forEachFile(_ body: ([UInt8], GitChange.Entry) -> Void) {
        Self.forEachFile(root, [], body)
    }

    private static func forEachFile(
        _ directory: Directory, _ folder: [UInt8], _ body: ([UInt8], GitChange.Entry) -> Void
    ) {
        for node in directory.nodes {
            let path = folder + node.name
            if let entry = node.entry { body(path, entry) }
            if let below = node.directory { forEachFile(below, path + [UInt8(ascii: "/")], body) }
        }
    }

    /// The folders at the top and how many files lie in each, at any depth; those with most first.
    var topFolders: [(name: [UInt8], files: Int)] {
        root.nodes.compactMap { node in node.directory.map { (node.name, $0.fileCount) } }
            .sorted { $0.files > $1.files }
    }
}

extension GitTree.Directory {
    fileprivate var fileCount: Int {
        nodes.reduce(0) { $0 + ($1.directory?.fileCount ?? 1) }
    }
}

extension Array {
    fileprivate func element(_ index: Int) -> Element? { index < count ? self[index] : nil }
}
