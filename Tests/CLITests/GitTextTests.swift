import Testing

@testable import DaybookCLI

@Suite struct `Bytes of git as text` {
    @Test(arguments: [
        ("plain/path.txt", "plain/path.txt"), ("a\\b", #"a\\b"#), ("a\tb\n", #"a\x09b\x0a"#),
        ("\\x41", #"\\x41"#), ("é日本😀", "é日本😀"), ("\u{7F}", #"\x7f"#), ("\u{85}", #"\xc2\x85"#),
        ("\u{A0}", "\u{A0}"), ("", ""), ("\0", #"\x00"#),
    ])
    func `Text is escaped where it has to be`(_ plain: String, _ escaped: String) {
        #expect(GitText.escaped(Array(plain.utf8)) == escaped)
        #expect(GitText.unescaped(escaped) == Array(plain.utf8))
    }

    @Test(
        arguments: [
            ([0xFF], #"\xff"#), ([0x61, 0xC3], #"a\xc3"#), ([0xC3, 0x28], #"\xc3("#),
            ([0xED, 0xA0, 0x80], #"\xed\xa0\x80"#), ([0xC0, 0xAF], #"\xc0\xaf"#),
            ([0xF0, 0x9F, 0x98], #"\xf0\x9f\x98"#), ([0xE6, 0x97, 0xA5, 0x80], "日\\x80"),
        ] as [([UInt8], String)])
    func `What is not UTF-8 is escaped byte for byte`(_ bytes: [UInt8], _ escaped: String) {
        #expect(GitText.escaped(bytes) == escaped)
        #expect(GitText.unescaped(escaped) == bytes)
    }

    @Test func `Every string of three bytes from the odd ones comes back`() {
        let odd: [UInt8] = [
            0, 9, 0x1F, 0x20, 0x22, 0x2F, 0x5C, 0x61, 0x78, 0x7F, 0x80, 0x85, 0x9F, 0xA0, 0xBF,
            0xC2,
            0xC3, 0xE2, 0xED, 0xF0, 0xFF,
        ]
        var seen: Set<String> = []
        for first in odd {
            for second in odd {
                for third in odd {
                    let bytes = [first, second, third]
                    let text = GitText.escaped(bytes)
                    #expect(GitText.unescaped(text) == bytes)
                    #expect(
                        !text.unicodeScalars.contains { $0.properties.generalCategory == .control })
                    // By scalars: strings that look the same are equal otherwise.
                    #expect(
                        seen.insert(
                            text.unicodeScalars.map { String($0.value) }.joined(separator: ",")
                        )
                        .inserted)
                }
            }
        }
    }

    @Test(arguments: [
        #"\"#, #"a\"#, #"\y41"#, #"\x"#, #"\x4"#, #"\x4G"#, #"\X41"#, #"\\\"#, #"\xFF"#,
    ])
    func `What is no escape is refused`(_ text: String) {
        #expect(GitText.unescaped(text) == nil)
    }

    @Test func `Hashes are read strictly and written the same`() {
        let sha1 = "0123456789abcdef0123456789abcdef01234567"
        let sha256 = sha1 + "89abcdef0123456789abcdef"
        #expect(GitObjectID(sha1)?.description == sha1)
        #expect(GitObjectID(sha256)?.description == sha256)
        #expect(GitObjectID(sha1)?.format == .sha1 && GitObjectID(sha256)?.format == .sha256)
        for wrong in ["", sha1 + "0", sha1.uppercased(), "g" + sha1.dropFirst()] {
            #expect(GitObjectID(wrong) == nil)
        }
        #expect(GitObjectID(String(repeating: "0", count: 40))?.isZero == true)
    }

    @Test func `The hash of the empty tree is the one that every git knows`() {
        var sha1 = GitHasher(.sha1)
        var sha256 = GitHasher(.sha256)
        var (one, other) = (GitTree(.sha1), GitTree(.sha256))
        #expect(one.hash(by: &sha1).description == "4b825dc642cb6eb9a060e54bf8d69288fbee4904")
        #expect(
            other.hash(by: &sha256).description
                == "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321")
    }

    @Test(arguments: [
        ("/a/b/repo", "repo"), ("/a/b/repo.git", "repo"), ("/a/b/repo/.git", "repo"), ("/", "root"),
        ("/a/.git.git", ".git"), ("/a/b c\nd", #"b c\x0ad"#), ("/.git", "root"),
    ])
    func `A repository is called by its folder`(_ folder: String, _ name: String) {
        #expect(GitRepository.name(ofFolder: Array(folder.utf8)) == name)
    }
}
