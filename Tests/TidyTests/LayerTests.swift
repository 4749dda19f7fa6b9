import Testing

@Suite struct `Layers and imports` {
    let repository = Repository.here

    @Test func `Every target has a layer and lies on its floor`() throws {
        let manifest = Manifest(try repository.text("Package.swift"))
        #expect(manifest.layers.count > 10)
        #expect(manifest.problems == [])
    }

    @Test func `Every Swift file belongs to a target`() throws {
        let manifest = Manifest(try repository.text("Package.swift"))
        let swift =
            repository.files(in: "Sources", ending: ".swift")
            + repository.files(in: "Tests", ending: ".swift")
        #expect(swift.filter { manifest.target(of: $0) == nil } == [])
    }

    @Test func `Every Swift file of the examples belongs to a target of their package`() throws {
        let manifest = try repository.text("Examples/Package.swift")
        let swift =
            repository.files(in: "Examples/Sources", ending: ".swift")
            + repository.files(in: "Examples/Tests", ending: ".swift")
        #expect(swift.count > 10)
        let strays = swift.filter { file in
            !manifest.contains("name: \"\(file.split(separator: "/")[2])\"")
        }
        #expect(strays == [])
    }

    @Test func `Every target has a file`() throws {
        let manifest = Manifest(try repository.text("Package.swift"))
        let inhabited = Set(repository.files.compactMap(manifest.target(of:)))
        #expect(Set(manifest.folders.keys).subtracting(inhabited) == [])
    }

    @Test func `The map of the house names every target`() throws {
        let manifest = Manifest(try repository.text("Package.swift"))
        let map = try repository.text("ARCHITECTURE.md")
        let targets = manifest.layers.filter { $0.value != "tests" }.keys.sorted()
        #expect(targets.filter { !map.contains("`\($0)`") } == [])
    }

    @Test func `A target on a wrong floor, without a layer or without a folder is found`() {
        let manifest = Manifest(
            """
            let layers: [String: Layer] = [
                "A": .ground,
                "B": .journal,
                "C": .store,
            ]
            room("A", at: "Ground/A"), room(
                "B", at: "Store/B"), tests("T", at: "TTests", uses: ["A"])
            """)
        let folders = ["A": "Sources/Ground/A", "B": "Sources/Store/B", "T": "Tests/TTests"]
        #expect(manifest.folders == folders)
        #expect(
            manifest.problems == [
                "C has a layer and no folder", "T is not in the table of layers",
                "B is on journal and lies in Sources/Store/B, not below Sources/Journal",
            ])
    }

    @Test func `The C library is reached through one door, and Foundation not at all`() throws {
        let swift =
            repository.files(in: "Sources", ending: ".swift")
            + repository.files(in: "Examples/Sources", ending: ".swift")
        let problems = try repository.problems(in: swift, Imports.problems)
        #expect(problems == [])
    }

    @Test(arguments: [
        ("Sources/Journal/A.swift", "internal import Glibc"),
        ("Sources/Store/A.swift", "public import Foundation"),
        ("Sources/Ground/Platform/A.swift", "@preconcurrency import Foundation"),
        ("Sources/CLI/A.swift", "import struct Foundation.Data"),
        ("Sources/Store/A.swift", "internal import CZstd"),
        ("Sources/Journal/A.swift", "package import CDaybookPlatform"),
        ("Examples/Sources/Examples/A.swift", "import Foundation"),
    ])
    func `An import past the door is found`(file: String, line: String) {
        #expect(Imports.problems(file, line + "\n").count == 1)
        #expect(Imports.problems(file, "// " + line + "\n") == [])
        #expect(Imports.problems("Tests/A.swift", line + "\n") == [])
    }

    @Test(arguments: [
        ("Sources/Ground/Platform/A.swift", "internal import Glibc"),
        ("Sources/CLI/Import/A.swift", "internal import CZstd"),
        ("Sources/Store/Compression/A.swift", "internal import CZstd"),
        ("Sources/Store/A.swift", "public import Daybook"),
    ])
    func `An import as agreed passes`(file: String, line: String) {
        #expect(Imports.problems(file, line + "\n") == [])
        #expect(Imports.modules(line + "\n").count == 1)
    }
}
