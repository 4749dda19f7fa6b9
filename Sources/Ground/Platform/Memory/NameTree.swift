/// The names of a disk in memory: folders of files and folders, without any content.
///
/// What changes a name is worked out first (`adding`, `removing`, `moving`) and applied afterwards, so that
/// a simulated disk can keep the change as well and decide later whether it survived.
package struct NameTree: Sendable {
    /// What a name stands for; numbers are given by the disk, from 1 on and never twice: 0 is its root.
    package enum Node: Hashable, Sendable {
        case file(Int)
        case folder(Int)
    }

    /// One name in one folder.
    package struct Place: Hashable, Sendable {
        package let folder: Int
        package let name: String
    }

    private var folders: [Int: [String: Node]] = [0: [:]]

    package init() {}

    /// The number of the folder at `path`.
    package func folder(_ path: String) throws(Errno) -> Int {
        try folder(path.split(separator: "/"))
    }

    private func folder(_ parts: some Collection<Substring>) throws(Errno) -> Int {
        var folder = 0
        for part in parts where part != "." {
            switch folders[folder]?[String(part)] {
            case .folder(let number): folder = number
            case .file: throw .ENOTDIR
            case nil: throw .ENOENT
            }
        }
        return folder
    }

    /// The place that `path` names, whether something is there or not.
    package func place(_ path: String) throws(Errno) -> Place {
        let parts = path.split(separator: "/").filter { $0 != "." }
        guard let name = parts.last, !path.utf8.contains(0) else { throw .EINVAL }
        if name.utf8.count > 255 { throw .ENAMETOOLONG }
        return Place(folder: try folder(parts.dropLast()), name: String(name))
    }

    package subscript(place: Place) -> Node? { folders[place.folder]?[place.name] }

    /// The names in a folder, sorted.
    package func names(in folder: Int) -> [String] { folders[folder, default: [:]].keys.sorted() }

    /// Whether some name still leads to the file.
    package func hasName(_ file: Int) -> Bool {
        folders.values.contains { $0.values.contains(.file(file)) }
    }

    /// Whether a path leads to the file.
    package func isNamed(_ file: Int, _ path: String) throws(Errno) -> Bool {
        do {
            return self[try place(path)] == .file(file)
        } catch {
            guard error == .ENOENT || error == .ENOTDIR else { throw error }
            return false
        }
    }

    /// The paths of all files, with their numbers.
    package func files(below folder: Int = 0, as prefix: String = "") -> [(path: String, file: Int)]
    {
        names(in: folder).flatMap { name -> [(path: String, file: Int)] in
            switch folders[folder]?[name] {
            case .file(let file): [(prefix + name, file)]
            case .folder(let inner): files(below: inner, as: prefix + name + "/")
            case nil: []
            }
        }
    }
}

extension NameTree {
    /// A change of names, not yet made.
    package enum Change: Sendable {
        case add(Place, Node)
        case remove(Place, Node)
        case move(from: Place, to: Place, Node)

        /// What the name stands for.
        package var node: Node {
            switch self {
            case .add(_, let node), .remove(_, let node), .move(_, _, let node): node
            }
        }

        /// The folders whose names it changes.
        package var folders: Set<Int> {
            switch self {
            case .add(let place, _), .remove(let place, _): [place.folder]
            case .move(let source, let target, _): [source.folder, target.folder]
            }
        }
    }

    package func addingFolder(_ path: String, _ number: Int) throws(Errno) -> Change {
        if path.split(separator: "/").isEmpty { throw .EEXIST }
        let place = try place(path)
        if self[place] != nil { throw .EEXIST }
        return .add(place, .folder(number))
    }

    package func removing(_ path: String) throws(Errno) -> Change {
        let place = try place(path)
        guard let node = self[place] else { throw .ENOENT }
        if case .folder(let number) = node, !names(in: number).isEmpty { throw .ENOTEMPTY }
        return .remove(place, node)
    }

    /// The renaming, or nil where both names are the same already.
    package func moving(_ path: String, to target: String) throws(Errno) -> Change? {
        let (source, target) = (try place(path), try place(target))
        guard let node = self[source] else { throw .ENOENT }
        if source == target { return nil }
        switch (node, self[target]) {
        case (.file, .folder): throw .EISDIR
        case (.folder, .file): throw .ENOTDIR
        case (_, .folder(let number)) where !names(in: number).isEmpty: throw .ENOTEMPTY
        default: break
        }
        if case .folder(let number) = node, isWithin(number, target.folder) { throw .EINVAL }
        return .move(from: source, to: target, node)
    }

    /// Whether `folder` is `outer` or lies in it.
    private func isWithin(_ outer: Int, _ folder: Int) -> Bool {
        if outer == folder { return true }
        return folders[outer, default: [:]].values.contains { node in
            if case .folder(let inner) = node { isWithin(inner, folder) } else { false }
        }
    }

    /// Makes the change.
    ///
    /// Its parts need not fit what is there: after a power cut they may not.
    package mutating func apply(_ change: Change) {
        switch change {
        case .add(let place, let node):
            self.set(place, node)
        case .remove(let place, let node):
            if self[place] == node { set(place, nil) }
        case .move(let source, let target, let node):
            if self[source] == node { set(source, nil) }
            set(target, node)
        }
    }

    private mutating func set(_ place: Place, _ node: Node?) {
        folders[place.folder, default: [:]][place.name] = node
        if case .folder(let number) = node, folders[number] == nil { folders[number] = [:] }
    }
}
