import Daybook
import Testing

@Suite("StreamName")
struct StreamNameTests {
    @Test(
        arguments: [
            ("account-576", "account"), ("account-5-7", "account"), ("account", nil), ("-1", ""),
            ("account-", "account"), ("", nil), ("$$account-1", "$$account"), ("ä-1", "ä"),
            ("a\u{2010}b", nil),
        ] as [(String, String?)])
    func `The category is the text before the first -`(_ name: String, _ category: String?) {
        #expect(StreamName.category(of: name).map(String.init) == category)
    }

    @Test func `System streams begin with $, and metadata streams with $$`() {
        #expect(StreamName.isSystem("$all"))
        #expect(StreamName.isSystem("$$a"))
        #expect(!StreamName.isSystem("a$"))
        #expect(!StreamName.isSystem(""))
        #expect(StreamName.metadata(of: "a-1") == "$$a-1")
        #expect(StreamName.subject(of: "$$a-1") == "a-1")
        #expect(StreamName.subject(of: "$a-1") == nil)
        #expect(StreamName.subject(of: "a-1") == nil)
    }
}
