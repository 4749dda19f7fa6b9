internal import DaybookBytes
internal import DaybookJSON
internal import DaybookPlatform
public import DaybookSourcing
public import Testing

/// Reads events of every version that were kept as files, and fails where one cannot be read any more, says less than it did,
/// or is missing.
///
/// A file holds the data of one event, as JSON, as a journal holds it. It is called `TYPE.vVERSION.json`, or
/// `TYPE.vVERSION.WHAT.json` where there are several: `account-opened.v1.json`. A `/` in a type is written `%2F`, a `%` `%25`.
/// Once committed it is not changed any more: no journal changes what is in it.
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
        let recordable = catalog.recordable
        for file in files {
            if catalog.ignoredNames.contains(where: { file.hasPrefix(Self.stem($0)) }) { continue }
            let match = recordable.first { version in
                version.names.contains { Self.isFile(file, of: $0, version.type.version) }
            }
            guard let match else {
                failures.append(
                    "\(file): the catalog reads no such type and version. Journals may hold events of it: "
                        + "add its line again, or IgnoredEvent.")
                continue
            }
            kept.insert(match)
            if let failure = try failure(of: file, match) { failures.append("\(file): \(failure)") }
        }
        for version in recordable where !kept.contains(version) {
            let (name, number) = (version.type.name, version.type.version)
            failures.append(
                "There is no file for version \(number) of '\(name)'. Keep the data of such an event, "
                    + "as a journal holds it, as '\(Self.stem(name))v\(number).json'.")
        }
        return failures
    }

    private func failure(
        of file: String, _ version: EventCatalog.Recordable
    ) throws -> String? {
        let data = try bytes(of: file)
        do {
            let events = try catalog.read(version, data)
            guard version.isPresent, let event = events.first else { return nil }
            return lost(
                from: try JSONValue(parsing: data),
                to: try JSONValue(parsing: try catalog.written(event)))
        } catch {
            return
                "it cannot be read any more: \(EventCatalog.words(of: error)). Where its fields have changed, "
                + "count the version of '\(version.type.name)' up, and read version \(version.type.version) "
                + "with 'upcast(from: \(version.type.version))'."
        }
    }

    /// What was said in a file and is not said any more when what was read of it is written again.
    private func lost(from old: JSONValue, to new: JSONValue) -> String? {
        // What is new is no loss, nor is a null that is left out.
        let lost = JSONValue.differences(from: old, to: new).filter {
            $0.old.map { !$0.isNull } ?? false
        }
        if lost.isEmpty { return nil }
        return "it is read, and says something else when it is written again: "
            + lost.map { "\($0)" }.joined(separator: "; ")
            + ". Where a field has another name or meaning now, count the version up."
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
        let stem = stem(name) + "v\(version)."
        return file.hasPrefix(stem)
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
