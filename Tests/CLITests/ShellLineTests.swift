import Testing

@testable import DaybookCLI

@Suite struct ShellLineTests {
    @Test(arguments: [
        ("daybook re", ["daybook"], "re"),
        ("daybook  read\t", ["daybook", "read"], ""),
        (
            #"a 'b "c" d' "e 'f' \"g\" \h" i\ j '' k"#,
            ["a", #"b "c" d"#, #"e 'f' "g" \h"#, "i j", ""], "k"
        ),
        ("a b'c d'e f", ["a", "bc de"], "f"),
        ("a > file b 2>> other c &> d e <f g", ["a", "b", "c", "e"], "g"),
        ("a 7 8> b", ["a", "7"], "b"),
        ("a $HOME/b* ", ["a", "$HOME/b*"], ""),
        ("", [], ""),
    ])
    func `Words are those of the shell`(line: String, words: [String], last: String) {
        #expect(ShellLine(line).words == words)
        #expect(ShellLine(line).last == last)
        #expect(ShellLine(line + "\n").last.isEmpty)
    }

    @Test(
        arguments: [
            ("a 'b c", "b c", "'b c", "'"), (#"a "b\"c"#, #"b"c"#, #""b\"c"#, "\""),
            ("a x'b'y", "xby", "x'b'y", nil), (#"a b\ c"#, "b c", #"b\ c"#, nil),
        ] as [(String, String, String, Unicode.Scalar?)])
    func `The last word is known as it is and as it was typed`(
        line: String, last: String, typed: String, quote: Unicode.Scalar?
    ) {
        let parsed = ShellLine(line)
        #expect(parsed.last == last)
        #expect(parsed.lastTyped == typed)
        #expect(parsed.quote == quote)
    }

    @Test func `What output goes to is no word of the command`() {
        #expect(ShellLine("export > fi").isRedirection)
        #expect(ShellLine("export >").isRedirection)
        #expect(!ShellLine("export > file ").isRedirection)
        #expect(!ShellLine("export '>' fi").isRedirection)
    }

    @Test(arguments: [nil, "'", "\""] as [Unicode.Scalar?])
    func `What is typed is read as it was meant`(quote: Unicode.Scalar?) {
        let open = quote.map(String.init) ?? ""
        for word in [
            "account-1", "it's here", #"a "b" \c $d `e`"#, "x>y<z|&;()*?[]{}~#!", "é ü\u{301} 漢",
            "a:b=c@d,e/f%g+h", "~", "\\", "'", "\"",
        ] {
            let line = ShellLine("x " + open + ShellLine.typed(word, behind: quote) + open + " ")
            #expect(line.words == ["x", word])
        }
    }
}
