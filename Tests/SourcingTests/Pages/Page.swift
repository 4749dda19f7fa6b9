import Foundation
import Synchronization

/// A page below `Documentation/sourcing`, and the code that is compiled for all of them.
struct Page {
    let name: String
    private let blocks: [(language: String, text: String)]

    init(_ name: String) throws {
        self.name = name
        let page = try String(
            contentsOf: Self.root.appending(path: "Documentation/sourcing/\(name)"), encoding: .utf8
        )
        blocks = page.matches(of: /```(\w+)\n((?s:.*?))```/).map {
            (String($0.output.1), String($0.output.2))
        }
    }

    /// The names of all pages but that about the examples, which are a package of their own, with tests of their own.
    static func all() throws -> [String] {
        try FileManager.default.contentsOfDirectory(
            atPath: root.appending(path: "Documentation/sourcing").path
        ).filter { $0.hasSuffix(".md") && $0 != "examples.md" }.sorted()
    }

    /// What the page says that is printed; lines of a manifest are not.
    var told: String {
        texts(in: "text").filter { !$0.contains(".product(") }.joined()
    }

    /// Its blocks in a language.
    func texts(in language: String) -> [String] {
        blocks.filter { $0.language == language }.map(\.text)
    }

    /// The pieces of code that stand in no file of these tests, line by line, however they are indented there.
    func uncompiled(in files: [[Substring]]) -> [String] {
        blocks.filter { $0.language == "swift" }.map(\.text).filter { text in
            let wanted = Self.lines(text)
            return !files.contains { $0.firstRange(of: wanted) != nil }
        }
    }

    /// The lines of all files of these tests.
    static func compiled() throws -> [[Substring]] {
        let tests = root.appending(path: "Tests/SourcingTests").resolvingSymlinksInPath()
        let names = FileManager.default.enumerator(atPath: tests.path)!.compactMap { $0 as? String }
        return try names.filter { $0.hasSuffix(".swift") }.map {
            lines(try String(contentsOf: tests.appending(path: $0), encoding: .utf8))
        }
    }

    private static func lines(_ text: String) -> [Substring] {
        text.split(separator: "\n").map { $0.drop { $0 == " " } }.filter { !$0.isEmpty }
    }

    static var root: URL {
        var root = URL(filePath: #filePath)
        for _ in 1...4 { root.deleteLastPathComponent() }
        return root
    }
}

/// What the code of a page prints, in place of the terminal.
final class Printed: Sendable {
    @TaskLocal static var here: Printed?
    private let text = Mutex("")

    func add(_ line: String) { text.withLock { $0 += line + "\n" } }

    /// How many lines there are.
    var lines: Int { text.withLock { $0.count { $0 == "\n" } } }

    static func by(_ body: () async throws -> Void) async throws -> String {
        let printed = Printed()
        try await $here.withValue(printed) { try await body() }
        return printed.text.withLock { $0 }
    }
}

/// With the parameters of Swift's own, in whose place it is called.
func print(_ items: Any..., separator: String = " ", terminator: String = "\n") {
    Printed.here?.add(items.map { "\($0)" }.joined(separator: separator))
}
