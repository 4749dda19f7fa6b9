import Daybook
import DaybookBytes
import DaybookLines
import Testing

@testable import DaybookCLI

@Suite struct ImportLineTests {
    func parse(_ line: String) throws(LineError) -> (
        entry: Append.Entry, revision: ProposedLine.Claim?
    ) {
        var identity = LineIdentity(journal: FakeStore.journal, source: "test")
        return try ProposedLine.parse(Array(line.utf8).rawSpan, number: 17, &identity)
    }

    @Test func `The line of the data sets is understood`() throws {
        let (entry, claim) = try parse(
            #"{"n":3,"stream":"account-2378","v":5,"type":"account-opened","#
                + #""time":"1993-01-01T00:00:00Z","tags":["district:16"],"data":{"district": 16}}"#)
        #expect(entry.stream == "account-2378")
        #expect(claim?.value == 5)
        #expect(
            entry.event
                == Event(
                    id: entry.event.id, type: "account-opened", data: #"{"district": 16}"#,
                    tags: ["district:16"], occurredAt: Timestamp("1993-01-01")))
    }

    @Test func `All fields of an export are understood`() throws {
        let (entry, _) = try parse(
            #"{"position":9,"stream":"s","revision":5,"type":"t","#
                + #""id":"00000000-0000-4000-8000-000000000001","#
                + #""recordedAt":"2024-01-01T00:00:00Z","#
                + #""occurredAt":"1993-01-01T00:00:00Z","contentType":"image/png","causation":"c","#
                + #""correlation":"d","metadata":{"a":[1, 2]},"dataBase64":"AP8="}"#)
        #expect(
            entry.event
                == Event(
                    id: EventID("00000000-0000-4000-8000-000000000001")!, type: "t",
                    data: [0, 255],
                    contentType: "image/png", metadata: Array(#"{"a":[1, 2]}"#.utf8),
                    causation: "c",
                    correlation: "d", occurredAt: Timestamp("1993-01-01")))
    }

    @Test func `An id that is missing is made of journal, source and line`() throws {
        let line = #"{"stream":"s","type":"t"}"#
        // uuid.uuid5 of Python over the same bytes gives the same.
        var same = LineIdentity(journal: FakeStore.journal, source: "test")
        var other = LineIdentity(journal: FakeStore.journal, source: "test2")
        let id = try parse(line).entry.event.id
        #expect(same.id(ofLine: 17) == id)
        #expect(same.id(ofLine: 17) == id)
        #expect(same.id(ofLine: 18) != id)
        #expect(other.id(ofLine: 17) != id)
        #expect(id.description == "70f5cc6d-60a0-56c8-bab5-235597fc70df")
    }

    @Test func `The largest event that can be recorded can be imported, and none that is larger`()
        throws
    {
        func line(_ bytes: Int) -> String {
            #"{"stream":"s","type":"t","tags":["a:1","b:2"],"data":""#
                + String(repeating: "x", count: bytes - 2) + #""}"#
        }
        let small = try parse(line(1000)).entry
        let rest = EventRecord.size(of: small.event, stream: small.stream) - 1000
        let most = Limits.eventBytesMax - rest
        let largest = try parse(line(most)).entry
        #expect(EventRecord.size(of: largest.event, stream: "s") == Limits.eventBytesMax)
        var append = Append()
        append.entries = [largest]
        try append.validate()
        let error = #expect(throws: LineError.self) { try parse(line(most + 1)) }
        let size = "the event would have \(Limits.eventBytesMax + 1) bytes"
        #expect(error?.why.contains(size) == true)
    }

    @Test func `Keys and values may be escaped`() throws {
        let (entry, _) = try parse(#"{"str\u0065am":"a\u00e9","type":"\"t\""}"#)
        #expect(entry.stream == "aé")
        #expect(entry.event.type == "\"t\"")
    }

    @Test(arguments: [
        (#"{"stream":"s""#, 14, "ends"),
        (#"["stream"]"#, 1, "an object was asked for"),
        (#"{"stream":"s","type":"t"} x"#, 27, "follows it"),
        (#"{"type":"t"}"#, 1, "`stream` is missing"),
        (#"{"stream":"s"}"#, 1, "`type` is missing"),
        (#"{"stream":"s","stream":"s","type":"t"}"#, 15, "`stream` says again"),
        (
            #"{"stream":"s","type":"t","time":"2024-01-01","occurredAt":"2024-01-01"}"#, 46,
            "says again"
        ),
        (#"{"stream":"s","type":"t","data":1,"dataBase64":""}"#, 35, "says again"),
        (#"{"stream":"s","type":"t","v":1,"revision":1}"#, 32, "says again"),
        (#"{"stream":7,"type":"t"}"#, 11, "a string was asked for"),
        (#"{"stream":"","type":"t"}"#, 11, "empty"),
        (#"{"stream":"a\u0000b","type":"t"}"#, 11, "control character"),
        (#"{"stream":"s","type":"t","tags":["a",1]}"#, 38, "a string was asked for"),
        (#"{"stream":"s","type":"t","tags":"a"}"#, 33, "an array was asked for"),
        (#"{"stream":"s","type":"t","time":"noon"}"#, 33, "no time"),
        (#"{"stream":"s","type":"t","id":"7"}"#, 31, "no UUID"),
        (#"{"stream":"s","type":"t","v":-1}"#, 30, "never negative"),
        (#"{"stream":"s","type":"t","v":1.5}"#, 30, "fraction"),
        (#"{"stream":"s","type":"t","dataBase64":"A"}"#, 39, "no Base64"),
        (#"{"stream":"s","type":"t","tag":["a"]}"#, 26, "`tag` is unknown"),
    ])
    func `A line that cannot be is refused at its column`(line: String, column: Int, why: String) {
        let error = #expect(throws: LineError.self) { try parse(line) }
        #expect(error?.column == column)
        #expect(error?.why.contains(why) == true, "\(error?.why ?? "")")
        #expect(error?.remedy.isEmpty == false)
    }

    @Test func `Bytes that are no text are refused`() {
        var identity = LineIdentity(journal: FakeStore.journal, source: "test")
        for bytes in [[0xFF] as [UInt8], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0]] {
            let line = Array(#"{"stream":""#.utf8) + bytes + Array(#"","type":"t"}"#.utf8)
            let error = #expect(throws: LineError.self) {
                try ProposedLine.parse(line.rawSpan, number: 1, &identity)
            }
            #expect(error?.column == 12)
        }
    }

    @Test func `The limits of names are those of the store`() throws {
        let longest = String(repeating: "x", count: Limits.nameBytesMax)
        #expect(try parse(#"{"stream":"\#(longest)","type":"t"}"#).entry.stream == longest)
        #expect(throws: LineError.self) { try parse(#"{"stream":"\#(longest)x","type":"t"}"#) }
        let tags = (0...Limits.eventTagsMax).map { "\"t\($0)\"" }.joined(separator: ",")
        #expect(throws: LineError.self) {
            try parse(#"{"stream":"s","type":"t","tags":[\#(tags)]}"#)
        }
        let cause = String(repeating: "x", count: Limits.correlationBytesMax + 1)
        #expect(throws: LineError.self) {
            try parse(#"{"stream":"s","type":"t","causation":"\#(cause)"}"#)
        }
    }

    @Test func `An unknown field is answered with the nearest`() {
        let error = #expect(throws: LineError.self) { try parse(#"{"straem":"s","type":"t"}"#) }
        #expect(error?.remedy.contains("Did you mean `stream`?") == true)
    }
}
