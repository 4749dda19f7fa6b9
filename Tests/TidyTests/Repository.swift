import Foundation

/// The files of this repository, as git sees them.
struct Repository {
    let root: URL
    /// What is tracked or would be on the next commit, relative to the root, in order.
    let files: [String]

    /// The one this file lies in.
    static let here = Repository(
        root: URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent())

    init(root: URL) {
        self.root = root
        files = Self.list(root)
    }

    func path(_ file: String) -> String { root.appending(path: file).path }

    func exists(_ file: String) -> Bool { FileManager.default.fileExists(atPath: path(file)) }

    func text(_ file: String) throws -> String {
        try String(contentsOfFile: path(file), encoding: .utf8)
    }

    /// The files below a folder (or that file itself) that end so.
    func files(in folder: String = "", ending: String = "") -> [String] {
        files.filter {
            (folder.isEmpty || $0 == folder || $0.hasPrefix(folder + "/")) && $0.hasSuffix(ending)
        }
    }

    /// Runs a checker over files and gathers what it finds, each with the file it is in.
    func problems(
        in files: [String], _ check: (_ file: String, _ text: String) -> [String]
    ) throws -> [String] {
        try files.flatMap { file in
            check(file, try text(file)).map { "\(file): \($0)" }
        }
    }

    private static func list(_ root: URL) -> [String] {
        let arguments = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"]
        let listed = run("git", ["-C", root.path] + arguments)
        return listed.output.split(separator: "\0").map(String.init)
            .filter { FileManager.default.fileExists(atPath: root.appending(path: $0).path) }
            .sorted()
    }

    /// Runs a program to its end.
    static func run(_ program: String, _ arguments: [String]) -> (status: Int32, output: String) {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = pipe
        process.standardError = pipe
        do { try process.run() } catch { return (-1, "\(program) did not start: \(error)") }
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }
}

extension String {
    /// The lines with their numbers, from 1.
    var numberedLines: [(number: Int, text: Substring)] {
        split(separator: "\n", omittingEmptySubsequences: false).enumerated()
            .map { (number: $0.offset + 1, text: $0.element) }
    }
}
