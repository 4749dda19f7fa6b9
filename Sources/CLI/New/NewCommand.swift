internal import DaybookBytes
internal import DaybookJSON
internal import DaybookPlatform

/// `daybook new`: writes a package to begin with.
enum NewCommand {
    static let declaration = CommandDeclaration(
        "new", "Write a Swift package that keeps its events with Daybook, to begin with.",
        operands: [.required("name", kind: .folder, "The package, and the folder it is made in.")],
        options: [
            .value(
                "daybook", "PATH-OR-URL", kind: .folder,
                summary: "Where it has Daybook from (default: the clone this program was built in)."
            )
        ],
        notes: [
            "A small bank: events, a decider, a catalog, a program with a few commands, tests with given, when "
                + "and then, and files of events as they are recorded. It builds, tests and runs as it is.",
            "The folder must not be there, or be empty: nothing is ever overwritten. From a URL the branch main is "
                + "taken.",
        ],
        examples: ["daybook new bank", "daybook new till --daybook ~/src/daybook"],
        run: run)

    private static let run: CommandDeclaration.Body = { invocation in
        let path = invocation.surroundings.absolute(invocation.arguments.operand)
        let folder = path.split(separator: "/").joined(separator: "/")
        let package = NewPackage(
            name: try PackageName(folder.split(separator: "/").last.map(String.init) ?? ""),
            daybook: try DaybookSource.find(
                invocation.arguments["daybook"], invocation.surroundings))
        let disk = LinuxDisk(root: "/")
        let made = try makeFolder(folder, disk)
        do throws(Errno) {
            try write(package, to: LinuxDisk(root: "/" + folder))
        } catch {
            if made { try? disk.remove(folder) }
            throw Failure.file("/" + folder, "written", error)
        }
        if invocation.isJSON {
            try invocation.output.json([
                "package": .string(package.name.text), "module": .string(package.name.module),
                "folder": .string("/" + folder), "daybook": .string(package.daybook.location),
                "files": .array(package.files.map { .string($0.path) }),
            ])
            return .success
        }
        let files = Quantity.count(package.files.count, "file")
        try invocation.output.line(
            "\(package.name.text): \(files) written. What you could do next:")
        for step in ["cd \(invocation.arguments.operand)"] + package.nextSteps {
            try invocation.output.line("  " + step)
        }
        return .success
    }

    /// - Returns: whether it was missing.
    private static func makeFolder(_ folder: String, _ disk: LinuxDisk) throws(Failure) -> Bool {
        do {
            try disk.createDirectory(folder)
            return true
        } catch {
            guard error == .EEXIST else { throw .file("/" + folder, "made", error) }
        }
        let names: [String]
        do { names = try disk.list(folder) } catch { throw .file("/" + folder, "read", error) }
        if names.isEmpty { return false }
        throw Failure(
            .refused, "notEmpty", "there is something in `/\(folder)`",
            why: "a new package is written into a folder of its own, and overwrites nothing",
            remedy: "Choose another name, or empty the folder.", place: "/" + folder)
    }

    /// All of it, or nothing.
    private static func write(_ package: NewPackage, to disk: LinuxDisk) throws(Errno) {
        var made: [String] = []
        do throws(Errno) {
            for folder in package.folders {
                try disk.createDirectory(folder)
                made.append(folder)
            }
            for (path, text) in package.files {
                let file = try disk.open(path, .createNew)
                made.append(path)
                defer { disk.close(file) }
                try disk.writeAll(file, Array(text.utf8).rawSpan, at: 0)
            }
        } catch {
            for path in made.reversed() { try? disk.remove(path) }
            throw error
        }
    }
}
