import Daybook
import DaybookServer
import Testing

@testable import DaybookCLI

@Suite struct CompletionTests {
    private func texts(_ words: [String], _ typed: String = "", behind: [String] = []) -> [String] {
        Completion(words, typed, behind: behind).candidates.map(\.text)
    }

    @Test func `The first word is a command`() {
        #expect(texts([]) == Commands.all.map(\.name) + ["help", "version"])
        #expect(texts([], "-") == ["--help", "-h", "--version"])
        #expect(texts(["nonsense"]).isEmpty)
    }

    @Test func `Pages of help are its commands and topics`() {
        #expect(texts(["help"]) == Commands.all.map(\.name) + HelpTopic.all.map(\.name))
        #expect(texts(["help", "append"]).isEmpty)
    }

    @Test(arguments: Commands.all.map(\.name))
    func `Every option is there, long and short, with what it means`(name: String) throws {
        let declaration = try #require(Commands.all.first { $0.name == name })
        let offered = Completion([name], "-").candidates
        let declared = declaration.options.flatMap { option in
            var spellings = ["--" + option.name]
            if let short = option.short { spellings.insert("-\(short)", at: 0) }
            return spellings.map { Completion.Candidate(text: $0, summary: option.summary) }
        }
        #expect(offered == declared)
        #expect(offered.contains { $0.text == "-h" } && offered.contains { $0.text == "--help" })
    }

    @Test(arguments: Commands.all.map(\.name))
    func `Every value is completed as its declaration says`(name: String) throws {
        let declaration = try #require(Commands.all.first { $0.name == name })
        for option in declaration.options where !option.isFlag {
            for completion in [
                Completion([name, "--" + option.name], ""),
                Completion([name], "--\(option.name)="),
            ] {
                #expect(completion.value == option.kind, "\(option.name)")
                if case .choice(let choices) = option.kind {
                    #expect(completion.candidates.map(\.text) == choices)
                }
            }
        }
        for (number, operand) in declaration.operands.enumerated() {
            let before = Array(repeating: "x", count: number)
            #expect(Completion([name] + before, "").value == operand.kind)
        }
        // Behind the last operand there are only options.
        let all = [name] + declaration.operands.map(\.name)
        #expect(texts(all).allSatisfy { $0.hasPrefix("--") })
        #expect(texts(all).contains("--store"))
    }

    /// What is called a file, a folder or a stream where it is shown is one where it is completed.
    @Test func `No declaration forgets what its values are`() {
        let kinds: [String: ValueKind] = [
            "FILE": .file, "DIR": .folder, "JSON|@file|-": .payload, "stream": .stream,
        ]
        for declaration in Commands.all {
            for option in declaration.options {
                guard let shown = option.values.first, let kind = kinds[shown] else { continue }
                #expect(option.kind == kind, "\(declaration.name) --\(option.name)")
            }
            for operand in declaration.operands {
                guard let kind = kinds[operand.name] else { continue }
                #expect(operand.kind == kind, "\(declaration.name) \(operand.name)")
            }
        }
        for setting in Settings.all where setting.word != nil && setting.kind != .file {
            #expect(texts(["serve", "--" + setting.name]).contains(setting.word!))
        }
    }

    @Test func `What was given is not offered again, wherever it stands`() {
        let rest = texts(
            ["append", "s", "--type", "t", "--tag", "a"], behind: ["--id", "x", "-h"])
        for gone in ["--type", "--id", "--help"] { #expect(!rest.contains(gone)) }
        // Any number of these.
        #expect(rest.contains("--tag"))
    }

    @Test func `An option takes as many values as it has`() {
        #expect(Completion(["import", "--format"], "").candidates.map(\.text) == ["jsonl", "git"])
        #expect(Completion(["import", "--format", "git"], "").value == .file)
        #expect(Completion(["state", "--diff", "1"], "").value == .text)
        #expect(Completion(["state", "--diff", "1", "2"], "").value == .stream)
        #expect(Completion(["state", "--diff=1", "2"], "").value == .stream)
        #expect(Completion(["state", "--at", "--occurred"], "").value == .stream)
        #expect(texts(["state", "--at"], "--oc").contains("--occurred"))
    }

    @Test func `A value behind an equals sign is completed behind it`() {
        let completion = Completion(["append", "s"], "--expect=ex")
        #expect(completion.prefix == "--expect=")
        #expect(completion.typed == "ex")
        #expect(completion.candidates.map(\.text) == ["any", "none", "exists"])
        #expect(texts(["read"], "--all=").isEmpty)
        #expect(texts(["read"], "--nonsense=").isEmpty)
    }

    @Test func `Data are a file, standard input or a text`() {
        #expect(texts(["append", "s", "--data"]) == ["@", "-"])
        let file = Completion(["append", "s"], "--data=@pay")
        #expect(file.value == .file)
        #expect(file.prefix == "--data=@")
        #expect(file.typed == "pay")
    }

    @Test func `Behind two dashes there are no options`() {
        #expect(texts(["stats", "--"], "-").isEmpty)
        #expect(Completion(["read", "--"], "--x").value == .stream)
        #expect(texts(["read", "--", "s"]).isEmpty)
    }
}
