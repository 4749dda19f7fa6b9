internal import DaybookBytes
internal import DaybookJSON
internal import DaybookPlatform
public import DaybookSourcing
public import Testing

/// Reads events of every version that were kept as files, and fails where one cannot be read any more, says less than it did,
/// becomes something else than it did, or is missing.
///
/// A file holds the data of one event, as JSON, as a journal holds it. It is called `TYPE.vVERSION.json`, or
/// `TYPE.vVERSION.WHAT.json` where there are several: `account-opened.v1.json`. A `/` in a type is written `%2F`, a `%` `%25`.
/// Once committed it is not changed any more: no journal changes what is in it.
///
/// What becomes of an event that is not recorded in this way today stands beside it, in `account-opened.v1.becomes.json`: a
/// list of events, each `{"type": …, "data": …}` as it would be recorded today. It changes with the present version; where it
/// is missing, or says something else, the failure says what to write in it.
/// - Parameters:
///   - catalog: What has to read them.
///   - folder: Beside the file of the test, or from the root where it begins with `/`. Each file with the ending `.json` in it
///     is read, none in folders of it.
///   - filePath: The file of the test.
///   - sourceLocation: Where it is told that it fails.
public func expectReadable(
    _ catalog: EventCatalog, _ folder: String, filePath: String = #filePath,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    let beside = filePath.split(separator: "/").dropLast().joined(separator: "/")
    let path = folder.hasPrefix("/") ? folder : "/\(beside)/\(folder)"
    let found: [String]
    do {
        found = try GoldenFiles(catalog, LinuxDisk(root: path)).failures()
    } catch {
        found = ["Folder '\(path)' cannot be read: \(error). Make one, and keep events in it."]
    }
    for text in found {
        Issue.record(Comment(rawValue: text), sourceLocation: sourceLocation)
    }
}

/// Files of events, and what of them a catalog reads.
struct GoldenFiles<Folder: Disk> {
    private let catalog: EventCatalog
    private let disk: Folder

    init(_ catalog: EventCatalog, _ disk: Folder) {
        self.catalog = catalog
        self.disk = disk
    }

    /// A sentence for each thing that is wrong.
    func failures() throws -> [String] {
        let files = try disk.list("").filter { $0.hasSuffix(".json") }
        var failures: [String] = []
        var kept: Set<EventCatalog.Recordable> = []
        /// Files of what events became that have not been asked for.
        var unread = Set(files.filter { $0.hasSuffix(Self.becomesEnding) })
        let recordable = catalog.recordable
        for file in files where !file.hasSuffix(Self.becomesEnding) {
            let outcome = String(file.dropLast(".json".utf8.count)) + Self.becomesEnding
            let isIgnored = catalog.ignoredNames.contains { Self.isFile(file, of: $0) }
            let match = recordable.first { version in
                version.names.contains { Self.isFile(file, of: $0, version.type.version) }
            }
            // Beside an event as it is recorded today it belongs to nothing, and is told below.
            let isThere = match?.isPresent != true && unread.remove(outcome) != nil
            if isIgnored { continue }
            guard let match else {
                failures.append(
                    "\(file): the catalog reads no such type and version. Journals may hold events of it: "
                        + "add its line again, or IgnoredEvent.")
                continue
            }
            kept.insert(match)
            let failure = try failure(of: file, match, becoming: outcome, isThere: isThere)
            if let failure { failures.append("\(file): \(failure)") }
        }
        for file in unread.sorted() {
            failures.append(
                "\(file): nothing becomes this. It belongs beside an event of an older version, whose file has "
                    + "the same name without '.becomes'.")
        }
        for version in recordable where !kept.contains(version) {
            let (name, number) = (version.type.name, version.type.version)
            failures.append(
                "There is no file for version \(number) of '\(name)'. Keep the data of such an event, "
                    + "as a journal holds it, as '\(Self.stem(name))v\(number).json'.")
        }
        return failures
    }

    private static var becomesEnding: String { ".becomes.json" }

    /// - Parameters:
    ///   - outcome: the file of what it becomes, where events are not recorded so any more.
    ///   - isThere: whether that file exists.
    private func failure(
        of file: String, _ version: EventCatalog.Recordable, becoming outcome: String, isThere: Bool
    ) throws -> String? {
        let data = try bytes(of: file)
        let events: [any DomainEvent]
        do { events = try catalog.read(version, data) } catch {
            return
                "it cannot be read any more: \(EventCatalog.words(of: error)). Where its fields have changed, "
                + "count the version of '\(version.type.name)' up, and read version \(version.type.version) "
                + "with 'upcast(from: \(version.type.version))'."
        }
        let written: [JSONValue]
        do { written = try events.map { try JSONValue(parsing: try catalog.written($0)) } } catch {
            return "it is read, and cannot be recorded: \(EventCatalog.words(of: error))"
        }
        if version.isPresent {
            return try written.first.flatMap { try lost(from: JSONValue(parsing: data), to: $0) }
        }
        let becomes = JSONValue.array(
            zip(events, written).map { event, data in
                ["type": .string(type(of: event).eventType.name), "data": data]
            })
        let advice = "'\(outcome)': \(becomes)"
        guard isThere else {
            return
                "it is not written down what becomes of it. If this is right, write it in \(advice)"
        }
        let expected: JSONValue
        do { expected = try JSONValue(parsing: try bytes(of: outcome)) } catch {
            return "what it becomes cannot be read in \(outcome): \(error)"
        }
        // A null is the same as what is left out.
        let differences = JSONValue.differences(from: expected, to: becomes).filter {
            $0.old ?? .null != $0.new ?? .null
        }
        if differences.isEmpty { return nil }
        return "it becomes something else than \(outcome) says: "
            + differences.map { "\($0)" }.joined(separator: "; ")
            + ". If this is meant, write it in \(advice)"
    }

    /// What was said in a file and is not said any more when what was read of it is written again.
    private func lost(from old: JSONValue, to new: JSONValue) -> String? {
        let lost = losses(from: old, to: new)
        // The elements of a set come in any order.
        if lost.isEmpty || losses(from: old.sortingElements(), to: new.sortingElements()).isEmpty {
            return nil
        }
        return "it is read, and says something else when it is written again: "
            + lost.map { "\($0)" }.joined(separator: "; ")
            + ". Where a field has another name or meaning now, count the version up."
    }

    /// What is new is no loss, nor is a null that is left out.
    private func losses(from old: JSONValue, to new: JSONValue) -> [JSONDifference] {
        JSONValue.differences(from: old, to: new).filter { $0.old.map { !$0.isNull } ?? false }
    }

    private func bytes(of file: String) throws -> [UInt8] {
        let id = try disk.open(file, .read)
        defer { disk.close(id) }
        var bytes = [UInt8](repeating: 0, count: try disk.size(id))
        // Safe: the buffer does not leave the closure.
        _ = try unsafe bytes.withUnsafeMutableBytes { buffer in
            try unsafe disk.readAll(id, into: buffer, at: 0)
        }
        return bytes
    }

    private static func isFile(_ file: String, of name: String, _ version: Int) -> Bool {
        file.hasPrefix(stem(name) + "v\(version).")
    }

    /// Whether it is of any version.
    private static func isFile(_ file: String, of name: String) -> Bool {
        let stem = stem(name) + "v"
        guard file.hasPrefix(stem) else { return false }
        let rest = file.dropFirst(stem.count).drop(while: \.isWholeNumber)
        return rest.hasPrefix(".") && rest.count < file.count - stem.count
    }

    /// What the names of the files of a type begin with.
    private static func stem(_ name: String) -> String {
        var text = ""
        for character in name {
            switch character {
            case "/": text += "%2F"
            case "%": text += "%25"
            default: text.append(character)
            }
        }
        return text + "."
    }
}

extension JSONValue {
    /// The same with the elements of each array in the order of their text.
    fileprivate func sortingElements() -> JSONValue {
        switch self {
        case .array(let elements):
            return .array(elements.map { $0.sortingElements() }.sorted { "\($0)" < "\($1)" })
        case .object(var members):
            for (key, value) in members { members[key] = value.sortingElements() }
            return .object(members)
        default: return self
        }
    }
}
