import Foundation
import Testing

/// The faults of `Scripts/mutants`: if they did not fit the sources any more, nobody would notice until they are run.
@Suite struct `Planted faults` {
    let repository = Repository.here

    private var patches: [String] {
        repository.files(in: "Scripts/mutants.d", ending: ".patch")
    }

    @Test func `Each fits the sources as they are`() {
        #expect(patches.count >= 24)
        for patch in patches {
            let checked = Repository.run(
                "git", ["-C", repository.root.path, "apply", "--check", repository.path(patch)])
            #expect(checked.status == 0, "\(patch): \(checked.output)")
        }
    }

    @Test func `Each has a number of its own, and says what it breaks and who notices`() throws {
        let numbers = patches.map { $0.split(separator: "/").last!.prefix { $0 != "-" } }
        #expect(Set(numbers).count == numbers.count)
        let tests = repository.files(in: "Tests", ending: ".swift")
        let texts = try tests.map { try repository.text($0) }.joined()
        for patch in patches {
            let lines = try repository.text(patch).numberedLines.map(\.text)
            let fault = lines.first { $0.hasPrefix("Fault: ") }
            #expect((fault?.count ?? 0) > 20, "\(patch)")
            let filter = try #require(lines.first { $0.hasPrefix("Tests: ") }, "\(patch)")
            for suite in filter.dropFirst(7).split(whereSeparator: { "(|).".contains($0) }) {
                let isThere =
                    repository.exists("Tests/\(suite)")
                    || repository.exists("Tests/Server/\(suite)")
                    || texts.contains("struct \(suite) {")
                #expect(isThere, "\(patch) names \(suite), which is no suite")
            }
        }
    }
}
