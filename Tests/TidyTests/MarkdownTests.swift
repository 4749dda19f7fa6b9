import Testing

@Suite struct `The reader of pages` {
    static let page = """
        # A store, *for* you

        See [there](B.md#what-it-is-not), [here](#a-store-for-you) and `Sources/A.swift`.

        ```sh
        Scripts/run --fast   # [no](link.md)
        ```

        [named]: C/
        """

    func problems(_ text: String) -> [String] {
        Links(["A.md", "B.md", "C/D.md", "Scripts/run", "Sources/A.swift"]) { page in
            page == "B.md" ? Markdown("## What it is not\n") : nil
        }.problems("A.md", text)
    }

    @Test func `A page whose links lead somewhere passes`() {
        #expect(problems(Self.page) == [])
    }

    @Test func `Headings, links, code and blocks are told apart`() {
        let page = Markdown(Self.page)
        #expect(page.anchors == ["a-store-for-you"])
        #expect(page.links.map(\.target) == ["B.md#what-it-is-not", "#a-store-for-you", "C/"])
        #expect(page.blocks.map(\.language) == ["sh"])
        #expect(page.blocks.map(\.text) == ["Scripts/run --fast   # [no](link.md)\n"])
    }

    @Test(arguments: [
        "[a](E.md)", "[a](B.md#nothing)", "[a](#nothing)", "[a](../A.md)", "[a]: E.md",
        "`Sources/B.swift`", "```\nScripts/walk\n```", "run `Scripts/walk --slow`",
        "`Tests/Gone`",
    ])
    func `What leads nowhere is found`(text: String) {
        #expect(problems("# Page\n\n" + text + "\n").count == 1)
    }

    @Test(arguments: [
        "[a](https://example.org/E.md)", "`[a](E.md)`", "`Sources/*.swift`", "`Sources/…`",
        "`/usr/Sources/B.swift`", "`Scripts/run.`", "[a](C/D.md)", "[a](./B.md)",
    ])
    func `What is no link or leads somewhere passes`(text: String) {
        #expect(problems("# Page\n\n" + text + "\n") == [])
    }
}
