import DaybookJSON
import Foundation
import Testing

@testable import DaybookCLI

/// That what is written builds, tests and runs is tried in `Tests/Clients`.
@Suite struct NewCommandTests {
    let place: Workplace
    /// The clone that these tests are part of.
    let clone = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    init() throws { place = try Workplace() }

    private func text(_ path: String) throws -> String {
        try String(contentsOfFile: place.path + "/" + path, encoding: .utf8)
    }

    @Test func `A package is written whole, and what to do next is told`() async throws {
        let result = await Console().run("new", place.path + "/my-bank", "--daybook", clone)
        #expect(result.exit == .success, "\(result.errors)")
        #expect(result.output.contains("my-bank: 12 files written."))
        #expect(result.output.contains("  swift run -q my-bank open 41 Ada\n"))
        let manifest = try text("my-bank/Package.swift")
        #expect(manifest.contains(#".package(name: "daybook", path: "\#(clone)")"#))
        #expect(
            manifest.contains(#"products: [.executable(name: "my-bank", targets: ["MyBank"])]"#))
        #expect(
            try text("my-bank/Sources/MyBank/Program.swift").contains("    my-bank open ID OWNER\n")
        )
        #expect(try text("my-bank/Sources/MyBank/Program.swift").contains("import Glibc\n"))
        let tests = try text("my-bank/Tests/MyBankTests/AccountTests.swift")
        #expect(tests.contains("@testable import MyBank\n"))
        #expect(try text("my-bank/.gitignore") == "/.build\n/daybook-data\n")
        #expect(
            try text("my-bank/Tests/MyBankTests/Events/account-opened.v1.json")
                == #"{"owner":"Ada"}"#)
    }

    @Test func `For programs it is told as JSON`() async throws {
        let result = await Console().run("new", place.path + "/till", "--daybook", clone, "--json")
        let json = try parsed(result.output)
        #expect(json["package"] == "till" && json["module"] == "Till")
        #expect(json["folder"]?.asString == place.path + "/till")
        #expect(json["files"]?[0] == "Package.swift")
    }

    @Test func `Nothing is overwritten, and an empty folder is as good as none`() async throws {
        try FileManager.default.createDirectory(
            atPath: place.path + "/bank", withIntermediateDirectories: false)
        let words = ["new", place.path + "/bank", "--daybook", clone]
        #expect(await Console().run(words).exit == .success)
        try place.write("bank/README.md", "mine")
        let again = await Console().run(words)
        #expect(again.exit == .refused)
        #expect(again.errors.contains("there is something in `\(place.path)/bank`"))
        #expect(again.errors.contains("overwrites nothing"))
        #expect(try text("bank/README.md") == "mine")
    }

    @Test func `Where a file cannot be written, nothing stays`() async throws {
        let result = await Console().run("new", place.path + "/no/bank", "--daybook", clone)
        #expect(result.exit == .notFound)
        #expect(result.errors.contains("`\(place.path)/no/bank` cannot be made"))
        try place.write("till", "a file")
        #expect(
            await Console().run("new", place.path + "/till", "--daybook", clone).exit == .failure)
        #expect(try FileManager.default.contentsOfDirectory(atPath: place.path) == ["till"])
    }

    @Test func `Daybook is found from where the program lies`() async throws {
        var console = Console()
        console.program = clone + "/.build/x86_64-unknown-linux-gnu/debug/daybook"
        let json = try parsed(await console.run("new", place.path + "/bank", "--json").output)
        #expect(json["daybook"]?.asString == clone)
        console.program = "/usr/bin/daybook"
        let result = await console.run("new", place.path + "/other")
        #expect(result.exit == .usage)
        #expect(result.errors.contains("(`/usr/bin/daybook`) does not lie in a clone of it"))
        #expect(result.errors.contains("--daybook"))
        #expect(!FileManager.default.fileExists(atPath: place.path + "/other"))
    }

    @Test func `A folder that is not Daybook is refused, and a URL is taken as it is`() async throws
    {
        let result = await Console().run("new", place.path + "/bank", "--daybook", place.path)
        #expect(result.exit == .usage)
        #expect(result.errors.contains("is not the package of Daybook"))
        let url = DaybookSource.url("https://example.org/events/Daybook.git")
        #expect(url.package == "Daybook")
        #expect(
            url.dependency
                == #".package(url: "https://example.org/events/Daybook.git", branch: "main")"#)
        #expect(DaybookSource.url("git@example.org:daybook").package == "daybook")
        #expect(
            DaybookSource.folder(#"/a"b"#).dependency
                == #".package(name: "daybook", path: "/a\"b")"#)
    }

    @Test(arguments: [
        ("bank", "Bank"), ("my-bank", "MyBank"), ("my_bank-2", "MyBank2"), ("B", "B"),
        ("myBank", "MyBank"),
    ])
    func `A name has a module`(name: String, module: String) throws {
        #expect(try PackageName(name).module == module)
    }

    @Test(arguments: [
        "", "2banks", "-bank", "my bank", "bänk", "a/..", "swift", "daybook", "daybook-journal",
        "CDaybookPlatform",
        "self",
        "testing", String(repeating: "a", count: 65),
    ])
    func `What cannot be a name is refused with the reason`(name: String) {
        #expect(throws: Failure.self) { try PackageName(name) }
    }
}
