import Foundation
import Testing

@Suite struct `Files` {
    let repository = Repository.here

    @Test func `There is something to look at`() {
        #expect(repository.files.count > 100)
        #expect(repository.files.contains("Package.swift"))
    }

    @Test func `Swift files are short`() throws {
        let lengths = Lengths(
            try repository.files(ending: ".swift").map { file in
                (file, try repository.text(file).numberedLines.count - 1)
            })
        print(lengths)
        #expect(lengths.problems == [])
    }

    @Test func `A long file and a long tenth are found`() {
        #expect(Lengths([("a", 801), ("b", 10)]).problems.count == 2)
        #expect(Lengths((1...10).map { ("\($0)", $0 * 40) }).problems.count == 1)
        #expect(Lengths((1...10).map { ("\($0)", $0 * 39) }).problems == [])
    }

    @Test func `No file is large`() throws {
        let bytesMax = 1 << 20
        let large = try repository.files.filter { file in
            let attributes = try FileManager.default.attributesOfItem(
                atPath: repository.path(file))
            return (attributes[.size] as? Int ?? 0) > bytesMax
        }
        #expect(large == [])
    }

    @Test func `No file is empty or keeps a place for another`() {
        let hollow = repository.files.filter { file in
            guard let text = try? repository.text(file) else { return false }
            return Self.isHollow(text, file)
        }
        #expect(hollow == [])
    }

    @Test(arguments: ["", "\n\n", "// to come\n", "/// Soon.\n\n"])
    func `A file without anything in it is found`(text: String) {
        #expect(Self.isHollow(text, "Sources/Some.swift"))
        #expect(!Self.isHollow(text + "let some = 1\n", "Sources/Some.swift"))
    }

    static func isHollow(_ text: String, _ file: String) -> Bool {
        !text.numberedLines.contains { line in
            let line = line.text.drop { $0 == " " || $0 == "\t" }
            return !line.isEmpty && !(file.hasSuffix(".swift") && line.hasPrefix("//"))
        }
    }

    @Test func `Shell scripts can be run and parsed`() {
        let scripts = repository.files.filter { file in
            guard let text = try? repository.text(file) else { return false }
            return text.hasPrefix("#!") && text.prefix(40).contains("sh\n")
        }
        #expect(scripts.contains("Scripts/test"))
        for script in scripts {
            #expect(
                FileManager.default.isExecutableFile(atPath: repository.path(script)),
                "\(script) is not executable")
            let parsed = Repository.run("bash", ["-n", repository.path(script)])
            #expect(parsed.status == 0, "\(script): \(parsed.output)")
        }
    }

    @Test func `The change log has a place for what is not released`() throws {
        let headings = try repository.text("CHANGELOG.md").numberedLines.map(\.text)
            .filter { $0.hasPrefix("## ") }
        #expect(headings.first == "## [Unreleased]")
    }
}
