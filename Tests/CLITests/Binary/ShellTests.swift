import DaybookPlatform
import Foundation
import Testing

@testable import DaybookCLI

extension BinaryTests {
    /// Lines that are completed by the keys of a person at a terminal.
    @Suite struct `In a shell` {
        private let place: Workplace
        private let binary: Binary

        init() throws {
            place = try Workplace()
            binary = Binary(store: place.store)
        }

        @Test func `Bash completes what is typed`() async throws {
            try await completes(.bash, #"eval "$(daybook completion bash)""#)
        }

        @Test(.enabled(if: Terminal.hasZsh, "zsh is not installed"))
        func `Zsh completes what is typed`() async throws {
            try await completes(.zsh, #"eval "$(daybook completion zsh)""#)
        }

        @Test(.enabled(if: Terminal.hasZsh, "zsh is not installed"))
        func `Zsh completes what is typed by a file of its own`() async throws {
            let ended = try await binary.shell(
                "mkdir '\(place.path)/functions' && "
                    + "daybook completion zsh > '\(place.path)/functions/_daybook'")
            #expect(ended.status == .exited(0))
            let terminal = Terminal(
                shell: .zsh, place: place, binary: binary,
                setUp:
                    "fpath=(\(place.path)/functions $fpath); autoload -Uz compinit && compinit -u")
            #expect(
                try await terminal.words(of: ["daybook journ\t", "daybook help exi\t"])
                    == [["journals"], ["help", "exit-codes"]])
        }

        @Test func `Bash is told every command and option`() async throws {
            try await tellsAll(.bash, #"eval "$(daybook completion bash)""#)
        }

        @Test(.enabled(if: Terminal.hasZsh, "zsh is not installed"))
        func `Zsh is told every command and option`() async throws {
            try await tellsAll(.zsh, #"eval "$(daybook completion zsh)""#)
        }

        private func completes(_ shell: Shell, _ setUp: String) async throws {
            let names = ["account-576", "it's here", "a:b=c", "user@ü", #"b\s "$x""#]
            for name in names {
                try await binary.succeed("append", name, "--type", "t")
            }
            try await binary.succeed(
                "import", "-", "--journal", "billing", input: eventLines(0..<1000, streams: 1000))
            try place.write("payment one.json", "{}")
            let terminal = Terminal(shell: shell, place: place, binary: binary, setUp: setUp)
            // What is typed, and the words that the command gets.
            let cases: [(String, [String])] = [
                ("daybook stre\t--pre\tx", ["streams", "--prefix", "x"]),
                ("daybook help exit\t", ["help", "exit-codes"]),
                (
                    "daybook read --cat\tacc\t--lim\t5",
                    ["read", "--category", "account", "--limit", "5"]
                ),
                ("daybook read acc\t", ["read", "account-576"]),
                ("daybook read it\t--all", ["read", "it's here", "--all"]),
                (#"daybook read it\'s\ \#t"#, ["read", "it's here"]),
                ("daybook read \"it\t", ["read", "it's here"]),
                ("daybook read a:\t", ["read", "a:b=c"]),
                ("daybook read a:b=\t", ["read", "a:b=c"]),
                ("daybook read us\t", ["read", "user@ü"]),
                ("daybook read user@\t", ["read", "user@ü"]),
                ("daybook read b\t", ["read", #"b\s "$x""#]),
                ("daybook read 'b\t", ["read", #"b\s "$x""#]),
                ("daybook append x --expect ex\t", ["append", "x", "--expect", "exists"]),
                ("daybook append x --expect=ex\t", ["append", "x", "--expect=exists"]),
                ("daybook append x --data @pay\t", ["append", "x", "--data", "@payment one.json"]),
                ("daybook append x --data=@pay\t", ["append", "x", "--data=@payment one.json"]),
                ("daybook import pay\t", ["import", "payment one.json"]),
                ("daybook stats --store sto\t", ["stats", "--store", "store/"]),
                ("daybook stats --store=sto\t", ["stats", "--store=store/"]),
                ("daybook stats --journal bi\t", ["stats", "--journal", "billing"]),
                // A thousand streams begin so: what is typed goes on behind it.
                (
                    "daybook read --journal billing lo\t99\t9",
                    ["read", "--journal", "billing", "load-999"]
                ),
                (
                    "daybook read --tag k:v --since=2h acc\t",
                    ["read", "--tag", "k:v", "--since=2h", "account-576"]
                ),
                ("X=1 daybook read acc\t", ["read", "account-576"]),
                ("daybook nonsense \t", ["nonsense"]),
            ]
            let answers = try await terminal.words(of: cases.map(\.0))
            #expect(answers.count == cases.count)
            for ((typed, words), answer) in zip(cases, answers) {
                // Zsh takes the last slash away again.
                let words = words.map {
                    shell == .zsh && $0.hasSuffix("/") ? String($0.dropLast()) : $0
                }
                #expect(answer == words, "\(typed)")
            }
        }

        /// By the key that types all there is at once.
        private func tellsAll(_ shell: Shell, _ setUp: String) async throws {
            let terminal = Terminal(shell: shell, place: place, binary: binary, setUp: setUp)
            let all = Terminal.everything
            let first = try await terminal.words(of: ["daybook " + all, "daybook help " + all])
            let names = Set(Commands.all.map(\.name))
            try #require(first.count == 2)
            #expect(Set(first[0]) == names.union(["help", "version"]))
            #expect(Set(first[1].dropFirst()) == names.union(HelpTopic.all.map(\.name)))
            let answers = try await terminal.words(
                of: Commands.all.map { "daybook \($0.name) -" + all })
            try #require(answers.count == Commands.all.count)
            for (declaration, answer) in zip(Commands.all, answers) {
                let short = declaration.options.compactMap { $0.short.map { "-\($0)" } }
                #expect(answer.first == declaration.name)
                #expect(
                    Set(answer.dropFirst())
                        == Set(declaration.options.map { "--" + $0.name } + short))
            }
        }
    }
}

/// A shell at a terminal, with a person who types.
private struct Terminal {
    static let hasZsh = (try? Subprocess.run("zsh", ["-c", ""]))?.status == .exited(0)

    /// Types all that could be typed: Meta-*.
    static let everything = "\u{1B}*"

    let shell: Shell
    let place: Workplace
    let binary: Binary
    /// The lines of its start-up file that are about completion.
    let setUp: String

    /// Types lines, each with its keys, and runs them: the words that `daybook` got.
    func words(of lines: [String]) async throws -> [[String]] {
        let answers = place.path + "/answers"
        try place.write("answers", "")
        try place.write(shell == .bash ? "start" : ".zshrc", start(answers))
        // What the program is called with is noted by a function in its place, put before the line when all is typed.
        let typed = lines.map { $0 + "\u{01}note \n" }.joined() + "exit\n"
        try place.write("typed", typed)
        let program = shell == .bash ? "bash --noprofile --rcfile start -i" : "zsh -d -i"
        let ended = try await binary.shell(
            "cd '\(place.path)' && script -qec '\(program)' terminal < typed > /dev/null",
            variables: [
                "ZDOTDIR": place.path, "HOME": place.path, "TERM": "xterm", "LC_ALL": "C.UTF-8",
                "COLUMNS": "200",
            ])
        #expect(ended.status == .exited(0), "\(ended.errors)")
        let text = try String(contentsOfFile: answers, encoding: .utf8)
        return text.components(separatedBy: "\u{1E}").dropLast().map {
            $0.components(separatedBy: "\u{1F}").dropLast()
        }
    }

    private func start(_ answers: String) -> String {
        let keys =
            shell == .bash
            ? ""
            : """
            bindkey -e
            zle -C everything complete-word everything
            everything() { _main_complete; compstate[insert]=all }
            bindkey '^[*' everything
            autoload -Uz compinit && compinit -u

            """
        return keys + setUp + """

            note() {
                while [[ $1 != daybook ]]; do shift; done
                shift
                { (( $# )) && printf '%s\\037' "$@"; printf '\\036'; } >> '\(answers)'
            }

            """
    }
}
