import DaybookKurrentDB
import Testing

struct SentMetadataTests {
    private func sent(_ text: String) -> SentMetadata { SentMetadata(Array(text.utf8)) }

    @Test func `three members become fields, and the rest stays`() {
        let sent = sent(
            #"{"$tags":["account:7","vip"],"user":"kim","$correlationId":"c1","$causationId":"c2"}"#
        )
        #expect(sent.tags == ["account:7", "vip"])
        #expect(sent.correlation == "c1")
        #expect(sent.causation == "c2")
        #expect(String(decoding: sent.rest, as: UTF8.self) == #"{"user":"kim"}"#)
    }

    @Test func `nothing is left where there was nothing else`() {
        #expect(sent(#"{ "$correlationId": "c1" }"#).rest == [])
    }

    @Test(arguments: [
        "", "{}", "not JSON: $tags", #"["$tags"]"#, #"{ "$other" : 1 }"#, #"{"$tags": "vip" }"#,
        #"{"$tags": [] }"#, #"{"$tags": ["a", 1] }"#, #"{"$tags": ["a", "a"] }"#,
        #"{"$tags": [""] }"#, #"{"$correlationId": 7 }"#, #"{"$causationId": "" }"#,
        #"{"$correlationId": "a\u0000" }"#,
    ])
    func `what cannot be such a field stays as it is`(text: String) {
        let sent = sent(text)
        #expect(sent.rest == Array(text.utf8))
        #expect(sent.tags.isEmpty)
        #expect(sent.correlation == nil)
        #expect(sent.causation == nil)
    }
}
