/// The files of a repository at one commit, folded from events: nested directories that know their
/// hashes.
///
/// A value: copies share directories until one of them changes, so a copy costs nothing, and only
/// directories that changed since are hashed again.
struct GitTree {
    /// The files of one folder and the folders in it, in git's order.
    ///
    /// Shared by copies of a tree, and changed only where nobody shares it.
    final class Directory {
        var nodes: [Node]
        /// Its hash; nil since its last change.
        var id: GitObjectID?

        init(_ nodes: [Node] = []) { self.nodes = nodes }

        init(copying other: Directory) {
            nodes = other.nodes
            id = other.id
        }
    }

    /// A name in a directory, and what stands there.
    struct Node {
        let name: [UInt8]
        var entry: GitChange.Entry?
        /// Nil for whatever is no directory; then there is an entry.
        var directory: Directory?
    }

    let format: GitObjectID.Format
    private(set) var root = Directory()
    /// How many files, links and submodules there are.
    private(set) var fileCount = 0

    /// No files at all.
    init(_ format: GitObjectID.Format) { self.format = format }

    /// Does what a commit did to one path.
    ///
    /// - Throws: where the tree is not as the change found it, or the path cannot be; the tree is
    ///   then not to be used any more.
    mutating func apply(_ change: GitChange) throws(GitMismatch) {
        if let new = change.new, new.object.format != format {
            throw GitMismatch("\(GitText.escaped(change.path)) has the hash of another format")
        }
        try Self.apply(change, from: 0, to: &root)
        fileCount += (change.new == nil ? 0 : 1) - (change.old == nil ? 0 : 1)
    }

    private static func apply(
        _ change: GitChange, from start: Int, to directory: inout Directory
    ) throws(GitMismatch) {
        if !isKnownUniquelyReferenced(&directory) { directory = Directory(copying: directory) }
        directory.id = nil
        let rest = change.path[start...]
        guard let slash = rest.firstIndex(of: UInt8(ascii: "/")) else {
            return try apply(change, name: rest, to: directory)
        }
        let name = rest[..<slash]
        let (index, isThere) = directory.place(of: name, isDirectory: true)
        if !isThere {
            guard !name.isEmpty, change.old == nil else { throw GitMismatch(change, found: nil) }
            directory.nodes.insert(Node(name: Array(name), directory: Directory()), at: index)
        }
        try apply(change, from: slash + 1, to: &directory.nodes[index].directory!)
        // Git keeps no empty directories.
        if directory.nodes[index].directory!.nodes.isEmpty { directory.nodes.remove(at: index) }
    }

    private static func apply(
        _ change: GitChange, name: ArraySlice<UInt8>, to directory: Directory
    ) throws(GitMismatch) {
        let (index, isThere) = directory.place(of: name, isDirectory: false)
        let found = isThere ? directory.nodes[index].entry : nil
        guard !name.isEmpty, found == change.old else { throw GitMismatch(change, found: found) }
        switch (isThere, change.new) {
        case (true, let new?): directory.nodes[index].entry = new
        case (true, nil): directory.nodes.remove(at: index)
        case (false, let new?):
            directory.nodes.insert(Node(name: Array(name), entry: new), at: index)
        case (false, nil): throw GitMismatch(change, found: nil)
        }
    }

    /// The hash git gives the tree, computed from the directories that changed since the last time.
    mutating func hash(by hasher: inout GitHasher) -> GitObjectID { root.hash(by: &hasher) }
}

/// Why a tree is not what events say.
struct GitMismatch: Error, Hashable, Sendable, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }

    init(_ change: GitChange, found: GitChange.Entry?) {
        func words(_ entry: GitChange.Entry?) -> String {
            entry.map { "\($0.mode) \($0.object)" } ?? "nothing"
        }
        self.init(
            "a change says that \(words(change.old)) stood at \"\(GitText.escaped(change.path))\", "
                + "where \(words(found)) stands")
    }
}
