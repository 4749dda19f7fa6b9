import DaybookHTTP
import Testing

@Suite struct FieldsTests {
    @Test("A name may come several times; the first value is the one asked for")
    func repeated() {
        let fields: HTTPFields = ["accept": "a", "te": "trailers", "accept": "b"]
        #expect(fields["accept"] == "a")
        #expect(fields.values("accept") == ["a", "b"])
        #expect(fields["host"] == nil)
    }

    @Test("The path of a target ends before its query")
    func path() {
        #expect(RequestHead(method: "GET", target: "/a/b?c=d?e").path == "/a/b")
        #expect(RequestHead(method: "GET", target: "/a/b").path == "/a/b")
    }
}
