import Foundation
import Testing

@testable import Examples

/// What `Documentation/sourcing/examples.md` prints stands here, and is what the examples print.
struct `The page about the examples` {
    private static let root: URL = {
        var root = URL(filePath: #filePath)
        for _ in 1...4 { root.deleteLastPathComponent() }
        return root
    }()

    private func blocks(_ language: String) throws -> [[String]] {
        let page = try String(
            contentsOf: Self.root.appending(path: "Documentation/sourcing/examples.md"),
            encoding: .utf8)
        return page.matches(of: /```(\w+)\n((?s:.*?))```/)
            .filter { $0.output.1 == language }
            .map { lines(String($0.output.2)) }
    }

    private func lines(_ text: String) -> [String] {
        text.split(separator: "\n").map(String.init)
    }

    @Test func `Shows code that is compiled`() throws {
        // Resolved, as the folder of a package may be a link.
        let folder = Self.root.appending(path: "Examples/Sources").resolvingSymlinksInPath()
        let names = FileManager.default.enumerator(atPath: folder.path)?.compactMap {
            $0 as? String
        }
        let files = try #require(names).filter { $0.hasSuffix(".swift") }.map {
            lines(try String(contentsOf: folder.appending(path: $0), encoding: .utf8))
        }
        let shown = try blocks("swift")
        #expect(shown.count > 5)
        for block in shown where !files.contains(where: { $0.firstRange(of: block) != nil }) {
            Issue.record("no file of the examples has this:\n\(block.joined(separator: "\n"))")
        }
    }

    @Test func `Shows what is printed`() async throws {
        var told: [[String]] = []
        try await withStore { store in
            for story in Story.allCases { told.append(try await story.lines(in: store)) }
        }
        let shown = try blocks("text")
        #expect(shown.count >= Story.allCases.count)
        for block in shown where !told.contains(where: { $0.firstRange(of: block) != nil }) {
            Issue.record("no example prints this:\n\(block.joined(separator: "\n"))")
        }
    }
}
