import Daybook
import Testing

@testable import DaybookCLI

@Suite struct ArgumentParserTests {
    let declaration = CommandDeclaration(
        "sell", "Sell things.",
        operands: [.required("thing", "What."), .optional("place", "Where.")],
        options: [
            .flag("fast", short: "f", "Soon."), .value("price", "N", summary: "How much."),
            .repeated("tag", "K:V", "About."), .value("between", "A", "B", summary: "Two."),
            .choice("paid", ["cash", "card"], "How."),
        ],
        examples: ["sell it"], run: { _ in .success })

    func parse(_ words: String...) throws -> Arguments {
        try ArgumentParser.parse(words, for: declaration)
    }

    @Test func `Values stand behind a space or an equals sign`() throws {
        #expect(try parse("hat", "--price", "5")["price"] == "5")
        #expect(try parse("hat", "--price=5")["price"] == "5")
        #expect(try parse("hat", "--price=a=b")["price"] == "a=b")
        #expect(try parse("hat", "--price=")["price"] == "")
    }

    @Test func `A lone dash and what begins with one are values`() throws {
        #expect(try parse("hat", "--price", "-")["price"] == "-")
        #expect(try parse("hat", "--price", "-5")["price"] == "-5")
        #expect(try parse("-").operands == ["-"])
    }

    @Test func `Options may stand between and behind operands`() throws {
        let arguments = try parse("--fast", "hat", "--tag", "a:1", "attic", "--tag", "b:2")
        #expect(arguments.operands == ["hat", "attic"])
        #expect(arguments.all("tag") == ["a:1", "b:2"])
        #expect(arguments.has("fast"))
        #expect(try parse("hat", "-f").has("fast"))
    }

    @Test func `An option may take two values`() throws {
        #expect(try parse("hat", "--between", "1", "2").all("between") == ["1", "2"])
        #expect(try parse("hat", "--between=1", "2").all("between") == ["1", "2"])
    }

    @Test func `Two dashes end the options`() throws {
        #expect(try parse("--", "--fast", "--").operands == ["--fast", "--"])
    }

    @Test func `Help is given although operands are missing`() throws {
        #expect(try parse("--help").has("help"))
        #expect(try parse("-h").has("help"))
    }

    @Test(arguments: [
        (["hat", "--prise", "5"], "`--prise` is unknown", "Did you mean `--price`?"),
        (["hat", "--price"], "`--price` lacks a value", "--price=VALUE"),
        (["hat", "--price", "--fast"], "`--price` lacks a value", "--price=VALUE"),
        (["hat", "--between", "1"], "`--between` lacks a value", "--between A B"),
        (["hat", "--fast=yes"], "`--fast` takes no value", "alone"),
        (["hat", "--price", "1", "--price", "2"], "`--price` is given twice", "Leave one"),
        (["hat", "--paid", "cards"], "`--paid cards` is unknown", "Did you mean `card`?"),
        (["hat", "-x"], "`-x` is unknown", "--help"),
        ([], "`daybook sell` needs <thing>", "Usage: daybook sell <thing>"),
        (["a", "b", "c"], "`c` is one argument too many", "Quote"),
    ])
    func `What cannot be understood is refused in words`(
        words: [String], what: String, remedy: String
    ) {
        let failure = #expect(throws: Failure.self) {
            try ArgumentParser.parse(words, for: declaration)
        }
        #expect(failure?.exit == .usage)
        #expect(failure?.what == what)
        #expect(failure?.remedy.contains(remedy) == true)
    }

    @Test func `Numbers are checked`() throws {
        #expect(try parse("hat", "--price", "12").number("price") == 12)
        #expect(try parse("hat").number("price") == nil)
        for text in ["-1", "x", "1.5", ""] {
            let arguments = try parse("hat", "--price=" + text)
            #expect(throws: Failure.self) { try arguments.number("price") }
        }
        let none = try parse("hat", "--price=0")
        #expect(throws: Failure.self) { try none.count("price") }
    }
}

@Suite struct SuggestionTests {
    @Test(arguments: [
        ("imprt", "import"), ("tial", "tail"), ("stat", "stats"), ("--categry", "--category"),
        ("stre", "streams"),
    ])
    func `The nearest word is found`(typed: String, meant: String) {
        let words = ["import", "tail", "stats", "streams", "--category"]
        #expect(Suggestion.nearest(to: typed, among: words) == meant)
    }

    @Test func `What is like nothing is not guessed`() {
        #expect(Suggestion.nearest(to: "xyzzy", among: ["import", "tail"]) == nil)
        #expect(Suggestion.nearest(to: "import", among: []) == nil)
    }
}
