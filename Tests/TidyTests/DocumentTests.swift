import Testing

@Suite struct `Documents` {
    let repository = Repository.here

    @Test func `Links and paths lead somewhere`() throws {
        let pages = repository.files(ending: ".md")
        let links = Links(repository.files) { page in
            (try? repository.text(page)).map(Markdown.init)
        }
        let problems = try repository.problems(in: pages, links.problems)
        #expect(problems == [])
    }

    @Test func `Comments name pages that are there`() throws {
        let links = Links(repository.files) { _ in nil }
        let swift =
            repository.files(in: "Sources", ending: ".swift")
            + repository.files(in: "Examples", ending: ".swift")
        let problems = try repository.problems(in: swift) { _, text in
            text.numberedLines.flatMap { number, line -> [String] in
                guard let comment = line.firstRange(of: "//") else { return [] }
                return Links.paths(in: String(line[comment.upperBound...]))
                    .filter { !links.places.contains($0) }
                    .map { "line \(number) names \($0), which is not there" }
            }
        }
        #expect(problems == [])
    }

    @Test func `The map points to every drawing of a format`() throws {
        let map = try repository.text("ARCHITECTURE.md")
        let drawn = repository.files(in: "Sources", ending: ".swift").filter { file in
            (try? repository.text(file))?.contains("\n//   0   ") ?? false
        }
        #expect(drawn.count > 3)
        #expect(drawn.filter { !map.contains("`\($0)`") } == [])
    }

    @Test func `The example of the README is the one that is compiled and run`() throws {
        let readme = Markdown(try repository.text("README.md"))
        let compiled = try repository.text("Tests/StoreTests/ReadmeExample.swift")
        #expect(readme.blocks.first { $0.language == "swift" }?.text == compiled)
    }

    @Test func `Decisions are numbered without gaps, listed and complete`() throws {
        let folder = "Documentation/decisions"
        let files = repository.files(in: folder, ending: ".md")
            .filter { $0 != folder + "/README.md" }
        let pages = try files.map { file in
            (name: String(file.dropFirst(folder.count + 1)), text: try repository.text(file))
        }
        let list = try repository.text(folder + "/README.md")
        #expect(files.count > 0)
        #expect(Decisions.problems(pages, list: list) == [])
    }

    @Test func `A gap, a decision that is not listed and one without an end are found`() {
        let whole = "# 1. A\n## Context\na\n## Decision\nb\n## Consequences\nc\n"
        #expect(Decisions.problems([("0001-a.md", whole)], list: "[1. A](0001-a.md)") == [])
        #expect(Decisions.problems([("0002-a.md", whole)], list: "[1. A](0002-a.md)").count == 1)
        #expect(Decisions.problems([("0001-a.md", whole)], list: "").count == 1)
        #expect(Decisions.problems([("0001-a.md", "# 1. A\n")], list: "(0001-a.md)").count == 3)
    }
}

/// The numbered pages that say what was decided and why.
enum Decisions {
    static let sections = ["Context", "Decision", "Consequences"]

    static func problems(_ pages: [(name: String, text: String)], list: String) -> [String] {
        pages.enumerated().flatMap { index, page in
            var found: [String] = []
            let digits = String(index + 1)
            let number = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
            if !page.name.hasPrefix(number + "-") {
                found.append("\(page.name) should be \(number)")
            }
            if !list.contains("(\(page.name))") { found.append("\(page.name) is not listed") }
            for section in sections where !page.text.contains("\n## \(section)\n") {
                found.append("\(page.name) has no section `\(section)`")
            }
            return found
        }
    }
}
