internal import Daybook
internal import DaybookBytes
internal import DaybookJSON

/// What an event of a git stream says, as far as the tree and its check need it.
enum GitFact {
    case commit(GitCommitFact)
    /// The same commit goes on in the next append.
    case continued(GitObjectID, GitPart)
    case change(GitChange)

    /// Reads an event.
    ///
    /// - Throws: where it is none of a git stream's.
    init(_ event: borrowing EventView) throws(GitMismatch) {
        let type = event.type
        do throws(GitFields.Failure) {
            switch type {
            case GitEventType.commit:
                var fact = try GitFields.commit(event.dataBytes)
                fact.committedAt = event.occurredAt
                self = .commit(fact)
            case GitEventType.continued: self = try GitFields.continued(event.dataBytes)
            case GitEventType.added, GitEventType.modified, GitEventType.deleted:
                self = .change(try GitFields.change(event.dataBytes, type))
            default: throw .wrong("an event of the type \(type) is none of a git history's")
            }
        } catch {
            throw GitMismatch("\(error)")
        }
    }
}

/// What a `commit` event says.
struct GitCommitFact: Hashable, Sendable {
    var hash: GitObjectID
    var tree: GitObjectID
    var parents: [GitObjectID] = []
    var changes = 0
    /// In how many parts it was recorded.
    var parts = 1
    var isBoundary = false
    var author = ""
    var subject = ""
    var committedAt: Timestamp?
}

/// The fields of the events' data.
enum GitFields {
    enum Failure: Error, CustomStringConvertible {
        case json(JSONError)
        case wrong(String)

        var description: String {
            switch self {
            case .json(let error): "its data cannot be read: \(error)"
            case .wrong(let what): what
            }
        }
    }

    static func commit(_ data: RawSpan) throws(Failure) -> GitCommitFact {
        var (hash, tree): (GitObjectID?, GitObjectID?)
        let none = GitObjectID(digest: [UInt8](repeating: 0, count: 20).rawSpan, .sha1)
        var fact = GitCommitFact(hash: none, tree: none)
        try forEach(data) { field throws(JSONError) in
            let value = field.value
            if field.isNamed("hash", in: data) {
                hash = try object(value, data)
            } else if field.isNamed("tree", in: data) {
                tree = try object(value, data)
            } else if field.isNamed("parents", in: data) {
                fact.parents = try value.strings(in: data).compactMap { GitObjectID($0) }
            } else if field.isNamed("changes", in: data) {
                fact.changes = Int(clamping: try value.int64(in: data))
            } else if field.isNamed("parts", in: data) {
                fact.parts = Int(clamping: try value.int64(in: data))
            } else if field.isNamed("shallow", in: data) {
                fact.isBoundary = try value.bool(in: data)
            } else if field.isNamed("subject", in: data) {
                fact.subject = try value.string(in: data)
            } else if field.isNamed("author", in: data) {
                fact.author = try name(value, data)
            }
        }
        guard let hash, let tree, hash.format == tree.format else {
            throw .wrong("a commit event has no hash, or no tree, or they are of two formats")
        }
        fact.hash = hash
        fact.tree = tree
        return fact
    }

    static func continued(_ data: RawSpan) throws(Failure) -> GitFact {
        var hash: GitObjectID?
        var part = GitPart(part: 0, parts: 0, changes: 0..<0)
        try forEach(data) { field throws(JSONError) in
            if field.isNamed("hash", in: data) {
                hash = try object(field.value, data)
            } else if field.isNamed("part", in: data) {
                part.part = Int(clamping: try field.value.int64(in: data))
            } else if field.isNamed("parts", in: data) {
                part.parts = Int(clamping: try field.value.int64(in: data))
            }
        }
        guard let hash else { throw .wrong("a commit goes on without a hash") }
        return .continued(hash, part)
    }

    static func change(_ data: RawSpan, _ type: String) throws(Failure) -> GitChange {
        var path: [UInt8]?
        var (mode, oldMode): (GitMode?, GitMode?)
        var (blob, oldBlob): (GitObjectID?, GitObjectID?)
        try forEach(data) { field throws(JSONError) in
            if field.isNamed("path", in: data) {
                path = try unescaped(field.value, data)
            } else if field.isNamed("mode", in: data) {
                mode = try self.mode(field.value, data)
            } else if field.isNamed("blob", in: data) {
                blob = try object(field.value, data)
            } else if field.isNamed("oldMode", in: data) {
                oldMode = try self.mode(field.value, data)
            } else if field.isNamed("oldBlob", in: data) {
                oldBlob = try object(field.value, data)
            }
        }
        guard let path, let mode, let blob, (oldMode == nil) == (oldBlob == nil),
            (oldMode != nil) == (type == GitEventType.modified)
        else {
            throw .wrong("an event of the type \(type) has not the fields of one, or not readable")
        }
        let entry = GitChange.Entry(mode: mode, object: blob)
        if type == GitEventType.deleted { return GitChange(path: path, old: entry, new: nil) }
        guard let oldMode, let oldBlob else { return GitChange(path: path, old: nil, new: entry) }
        return GitChange(
            path: path, old: GitChange.Entry(mode: oldMode, object: oldBlob), new: entry)
    }

    private static func forEach(
        _ data: RawSpan, _ body: (JSONField) throws(JSONError) -> Void
    ) throws(Failure) {
        do throws(JSONError) {
            var fields = try JSONScanner(fieldsOf: data)
            while let field = try fields.nextField() { try body(field) }
        } catch {
            throw .json(error)
        }
    }

    private static func object(
        _ value: JSONSlice, _ data: RawSpan
    ) throws(JSONError) -> GitObjectID? {
        guard let plain = value.plainText else { return GitObjectID(try value.string(in: data)) }
        return GitObjectID(hex: data.extracting(plain))
    }

    private static func mode(_ value: JSONSlice, _ data: RawSpan) throws(JSONError) -> GitMode? {
        guard let plain = value.plainText else { return nil }
        return GitMode(octal: data.extracting(plain))
    }

    private static func unescaped(
        _ value: JSONSlice, _ data: RawSpan
    ) throws(JSONError) -> [UInt8]? {
        guard let plain = value.plainText else {
            return GitText.unescaped(try value.string(in: data))
        }
        return GitText.unescaped(data.extracting(plain))
    }

    private static func name(_ person: JSONSlice, _ data: RawSpan) throws(JSONError) -> String {
        var fields = try JSONScanner(fieldsOf: person, in: data)
        var name = ""
        while let field = try fields.nextField() {
            if field.isNamed("name", in: data) { name = try field.value.string(in: data) }
        }
        return name
    }
}
