import Daybook
import DaybookPlatform
import DaybookStore
import Foundation
import Testing

@testable import DaybookCLI

@Suite struct `The session of the README` {
    /// The first block, and the one behind that of the server.
    @Test(arguments: [0, 2])
    func `Every command answers as it is printed`(block: Int) async throws {
        let session = try Self.session(block)
        #expect(session.count > 3)
        let folder = Folder()
        for step in session {
            let answer = await Self.run(step.words, in: folder.path)
            #expect(Self.undated(answer) == Self.undated(step.answer), "\(step.words)")
        }
        // Beside the store there is nothing to clear away.
        try FileManager.default.removeItem(atPath: folder.path + "/bank")
    }

    @Test func `A line is split as a shell does`() {
        #expect(Self.words(#"a  'b "c" d' -e"#) == ["a", #"b "c" d"#, "-e"])
    }

    /// Without the instants, which are others each time.
    static func undated(_ text: String) -> String {
        text.replacing(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?Z/, with: "(instant)")
    }

    /// The commands of a block that shows a session, with what is printed below each.
    static func session(_ block: Int) throws -> [(words: [String], answer: String)] {
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let readme = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
        let blocks = readme.components(separatedBy: "```console\n").dropFirst()
        let behind = blocks.dropFirst(block).first ?? ""
        let lines = behind.components(separatedBy: "```")[0]
        var steps: [(words: [String], answer: String)] = []
        for line in lines.split(separator: "\n") {
            if line.hasPrefix("$ daybook ") {
                steps.append((words(String(line.dropFirst("$ daybook ".count))), ""))
            } else if let last = steps.indices.last {
                steps[last].answer += line + "\n"
            }
        }
        return steps
    }

    /// Words between spaces; single quotes keep what is in them together.
    static func words(_ line: String) -> [String] {
        line.components(separatedBy: "'").enumerated().flatMap { index, part in
            index % 2 == 1 ? [part] : part.split(separator: " ").map(String.init)
        }
    }

    /// What a command says, on both streams as a terminal shows them.
    static func run(_ words: [String], in folder: String) async -> String {
        let screen = Collector()
        func output() -> Output {
            Output(screen, isTerminal: false, columns: nil, style: Style(isColoured: false))
        }
        let surroundings = Surroundings(
            output: output(), errors: output(), stores: EmbeddedStores(), time: SystemTime(),
            interruption: Interruption(),
            environment: { $0 == "DAYBOOK_STORE" ? folder + "/bank" : nil },
            variables: { [:] }, onHangUp: { _ in }, directory: folder,
            input: Pieces([]))
        _ = await Program.run(words, surroundings)
        return screen.text
    }
}
