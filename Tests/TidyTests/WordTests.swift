import Testing

@Suite struct `Words in files` {
    let repository = Repository.here

    @Test func `Nothing says that it is unfinished, praises itself or names one machine`() throws {
        let readable = repository.files.filter { (try? repository.text($0)) != nil }
        let problems = try repository.problems(in: readable) { file, text in
            Words.problems(text, isProse: file.hasSuffix(".md"))
        }
        #expect(problems == [])
    }

    @Test(arguments: [
        Words.unfinished[0] + ": later", "// " + Words.unfinished[2], "see /ro" + "ot/notes.md",
        "\"/ho" + "me/ada/bank\"", "/wo" + "rk/here",
    ])
    func `A bad line is found in any file`(line: String) {
        #expect(Words.problems("fine\n" + line + "\n", isProse: false).count == 1)
    }

    @Test(arguments: ["mktemp some-XXXXXX", "Sources/opt/a", "$ROOT/root/a", "to-do", "/tmp/a/b"])
    func `A good line passes`(line: String) {
        #expect(Words.problems(line, isProse: true) == [])
    }

    @Test func `Praise is found in prose only`() {
        #expect(Words.problems("a blazing store", isProse: true).count == 1)
        #expect(Words.problems("a blazing store", isProse: false) == [])
    }

    @Test func `Whatever switches a check off says why`() throws {
        let swift = repository.files(ending: ".swift")
        let problems = try repository.problems(in: swift) { _, text in Promises.problems(text) }
        #expect(problems == [])
    }

    @Test func `Every public type says what it is`() throws {
        let swift =
            repository.files(in: "Sources", ending: ".swift")
            + repository.files(in: "Examples/Sources", ending: ".swift")
        let problems = try repository.problems(in: swift) { _, text in PublicTypes.problems(text) }
        #expect(problems == [])
    }

    @Test func `A public type without a word about it is found`() {
        #expect(PublicTypes.problems("\n    public final class A {}\n").count == 1)
        #expect(PublicTypes.problems("/// An A.\n@frozen\npublic struct A {}\n") == [])
        #expect(PublicTypes.problems("struct A {}\npackage enum B {}\n") == [])
    }

    @Test(arguments: Promises.all)
    func `A promise without a reason is found, and with one passes`(promise: String) {
        #expect(Promises.problems("let a = 1\n\n\(promise) let b = 2\n").count == 1)
        #expect(Promises.problems("// Nobody else has it.\n\(promise) let b = 2\n") == [])
        #expect(Promises.problems("\(promise) let b = 2  // Nobody else has it.\n") == [])
        #expect(Promises.problems("// Far away.\n\n\(promise) let b = 2\n").count == 1)
        #expect(Promises.problems("// \(promise)\n") == [])
    }
}

/// Whether what users name says what it is.
enum PublicTypes {
    static func problems(_ text: String) -> [String] {
        let lines = text.numberedLines
        return lines.compactMap { number, line in
            guard line.contains("public ") else { return nil }
            let declaration =
                #/
                ^ \s* (?: @\S+ \s+ )? public \s+ (?: final \s+ | indirect \s+ )*
                (?: struct | class | enum | protocol | actor ) \s+ (\w+)
                /#
            guard let name = line.firstMatch(of: declaration)?.output.1 else { return nil }
            let above = lines[..<(number - 1)].last { line in
                !line.text.drop { $0 == " " }.hasPrefix("@")
            }
            let isDocumented = above?.text.drop { $0 == " " }.hasPrefix("///") ?? false
            return isDocumented ? nil : "line \(number): \(name) has no documentation"
        }
    }
}

/// Where the compiler is told to trust us, and somebody has to say why it may.
enum Promises {
    // In pieces, so that this list keeps no promise itself.
    static let all = ["@unche" + "cked Sendable", "nonisolated(uns" + "afe)", "tr" + "y!"]

    static func problems(_ text: String) -> [String] {
        guard all.contains(where: { text.contains($0) }) else { return [] }
        let lines = text.numberedLines
        return lines.compactMap { number, line in
            let comment = line.firstRange(of: "//")?.lowerBound
            let code = line[..<(comment ?? line.endIndex)]
            guard let promise = all.first(where: { code.contains($0) }), comment == nil
            else { return nil }
            // Above, without an empty line in between.
            for above in lines[..<(number - 1)].reversed() {
                let text = above.text.drop { $0 == " " }
                if text.isEmpty { break }
                if text.hasPrefix("//") { return nil }
            }
            return "line \(number) says `\(promise)` and no comment says why"
        }
    }
}
