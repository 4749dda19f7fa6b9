internal import Daybook
internal import DaybookLines
internal import DaybookPlatform

/// Where an import comes from.
struct ImportSource: Sendable {
    /// The name under which it is continued.
    let name: String
    /// What messages call it: the file, or standard input.
    let place: String
    /// Its size as it stands there; nil where that is not known before its end.
    let size: Int?
    /// Whether a second run can go on where this one ended.
    let isContinued: Bool
    let bytes: any ByteSource

    /// The consumer whose tracking marks say how far the import has come.
    var consumer: String { "import:" + name }

    /// A file, named by its absolute path where it has no other name.
    static func file(_ path: String, name: String?) throws -> ImportSource {
        let reader: ChunkReader
        do {
            reader = try ChunkReader(path: path)
        } catch {
            throw Failure.file(path, "read", error)
        }
        let disk = LinuxDisk(root: "/")
        var size: Int?
        if let file = try? disk.open(String(path.dropFirst()), .read) {
            size = try? disk.size(file)
            disk.close(file)
        }
        // A pipe or a device has no size that says anything.
        return ImportSource(
            name: name ?? path, place: path, size: size == 0 ? nil : size, isContinued: true,
            bytes: reader)
    }

    func failure(_ error: LineError, line: Int) -> Failure {
        Failure(
            .refused, "invalidLine", "line \(line), column \(error.column) cannot be imported",
            why: error.why, remedy: error.remedy, place: "\(place):\(line):\(error.column)")
    }

    func failure(_ error: InputError, line: Int) -> Failure {
        let place = "\(place):\(line)"
        switch error {
        case .system(let error):
            return Failure.file(self.place, "read", error)
        case .compression(let error):
            return Failure(
                .damaged, "damagedInput", "the input cannot be unpacked at line \(line)",
                why: error.why, remedy: "Get a whole copy of it, and run the same import again.",
                place: place)
        case .lineTooLong:
            return Failure(
                .refused, "invalidLine", "line \(line) is too long",
                why: "a line has at most \(Quantity.bytes(LineReader.lineBytesMax))",
                remedy: "Put each event on its own line; keep large data elsewhere.", place: place)
        case .changed(let why):
            return Failure(
                .refused, "sourceChanged", "the source has changed since it was imported", why: why,
                remedy: "Only what is added at its end can be imported. Restore it, or import the "
                    + "changed one as another source: --source NAME.", place: self.place)
        }
    }
}

extension ImportSource {
    /// What comes in on standard input. Without a name nothing says that a second run gets the
    /// same, so it is a new source each time.
    static func standardInput(name: String?, _ bytes: any ByteSource) -> ImportSource {
        ImportSource(
            name: name ?? "standard input \(EventID())", place: "standard input", size: nil,
            isContinued: name != nil, bytes: bytes)
    }
}
