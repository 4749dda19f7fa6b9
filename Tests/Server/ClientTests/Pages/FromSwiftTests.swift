import Foundation
import Synchronization
import Testing

/// What the code of a page prints, in place of the terminal.
final class Printed: Sendable {
    @TaskLocal static var here: Printed?
    private let text = Mutex("")

    func add(_ line: String) { text.withLock { $0 += line + "\n" } }

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

@Suite struct `The page for those who come from Swift` {
    private let blocks: [(language: String, text: String)]

    init() throws {
        var root = URL(filePath: #filePath)
        for _ in 1...5 { root.deleteLastPathComponent() }
        let page = try String(
            contentsOf: root.appending(path: "Documentation/from-swift.md"), encoding: .utf8)
        blocks = page.matches(of: /```(\w+)\n((?s:.*?))```/).map {
            (String($0.output.1), String($0.output.2))
        }
    }

    @Test func `Its code is what is compiled here`() throws {
        let compiled = try String(
            contentsOf: URL(filePath: #filePath).deletingLastPathComponent()
                .appending(path: "FromSwift.swift"), encoding: .utf8)
        // What begins a package stands there and not here.
        let code = blocks.filter {
            $0.language == "swift" && !$0.text.contains("PackageDescription")
        }
        #expect(code.count == 5)
        for block in code { #expect(compiled.contains(block.text), "\(block.text.prefix(60))") }
    }

    @Test func `It prints what is printed, embedded and by a server`() async throws {
        let told = blocks.filter { $0.language == "text" }.map(\.text).joined()
        #expect(told.contains("paid out: 30"))
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "daybook-page-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        #expect(try await Printed.by { try await embedded(in: folder) } == told)

        let server = try await ServedStore()
        #expect(
            try await Printed.by { try await served(at: "daybook://127.0.0.1:\(server.port)") }
                == told)
        try await server.remove()
    }
}
