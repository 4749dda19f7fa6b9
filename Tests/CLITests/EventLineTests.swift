import Daybook
import DaybookBytes
import DaybookJSON
import DaybookLines
import DaybookStoreContract
import Testing

@testable import DaybookCLI

@Suite struct EventLineTests {
    static let id = EventID("00000000-0000-4000-8000-000000000001")!

    func line(_ event: Event, _ fidelity: EventLine.Fidelity = .exact) throws -> String {
        let recorded = RecordedEvent(
            stream: "account-1", revision: 4, position: 7, recordedAt: Timestamp("2024-01-01")!,
            event: event)
        let batch = EventBatch(copying: [recorded])
        var line = EventLine(fidelity)
        return try line.encode(batch.view(at: 0)).text()
    }

    @Test func `A small event is a short line`() throws {
        let event = Event(id: Self.id, type: "paid", data: #"{"amount": 5}"#)
        #expect(
            try line(event) == #"{"position":7,"stream":"account-1","revision":4,"type":"paid","#
                + #""id":"00000000-0000-4000-8000-000000000001","#
                + #""recordedAt":"2024-01-01T00:00:00Z","data":{"amount": 5}}"# + "\n")
    }

    @Test func `Each line has the times of its own event`() throws {
        let times = ["2024-01-01T00:00:01Z", "2024-01-01T00:00:01Z", "2024-01-01T00:00:02Z"]
        let events = times.reversed().enumerated().map { number, occurred in
            RecordedEvent(
                stream: "s", revision: UInt64(number), position: Position(number + 1),
                recordedAt: Timestamp(times[number])!,
                event: Event(type: "t", data: "1", occurredAt: Timestamp(occurred)))
        }
        let batch = EventBatch(copying: events[...])
        var line = EventLine(.exact)
        for index in batch.indices {
            let text = try line.encode(batch.view(at: index)).text()
            #expect(text.contains(#""recordedAt":"\#(times[index])""#))
            #expect(text.contains(#""occurredAt":"\#(times[2 - index])""#))
        }
    }

    @Test func `A full event shows everything in one order`() throws {
        let event = Event(
            id: Self.id, type: "a\"b", data: [0, 255], contentType: "image/png",
            metadata: Array(#"{"by":"Ada"}"#.utf8), tags: ["b:2", "a:1"], causation: "c",
            correlation: "d", occurredAt: Timestamp("1999-12-31T23:59:59Z"))
        #expect(
            try line(event) == #"{"position":7,"stream":"account-1","revision":4,"type":"a\"b","#
                + #""id":"00000000-0000-4000-8000-000000000001","#
                + #""recordedAt":"2024-01-01T00:00:00Z","occurredAt":"1999-12-31T23:59:59Z","#
                + #""tags":["a:1","b:2"],"contentType":"image/png","causation":"c","#
                + #""correlation":"d","metadata":{"by":"Ada"},"dataBase64":"AP8="}"# + "\n")
    }

    @Test(arguments: [
        ("{\n  \"a\": 1\n}", "{\"a\":1}"), ("[1,\r\n2]", "[1,2]"), (" {} ", "{}"),
    ])
    func `JSON that would break the line is Base64 when exact, and joined when readable`(
        data: String, joined: String
    ) throws {
        let event = Event(id: Self.id, type: "t", data: data)
        let exact = try parsed(try line(event))
        #expect(exact["dataBase64"]?.asString == Base64.encode(Array(data.utf8)))
        #expect(exact["data"] == nil)
        #expect(try line(event, .readable).hasSuffix("\"data\":\(joined)}\n"))
    }

    @Test(arguments: ["", "{", "{}x", "\u{FEFF}{}", "01"])
    func `What only claims to be JSON is not embedded`(data: String) throws {
        for fidelity in [EventLine.Fidelity.exact, .readable] {
            let text = try line(Event(id: Self.id, type: "t", data: data), fidelity)
            let value = try parsed(text)
            #expect(value["data"] == nil)
            #expect(
                value["dataBase64"]?.asString
                    == (data.isEmpty ? nil : Base64.encode(Array(data.utf8))))
        }
    }

    @Test func `JSON as deep as can be is not put one level deeper`() throws {
        let depth = JSONScanner.nestingDepthMax
        let deep = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        let value = try parsed(try line(Event(id: Self.id, type: "t", data: deep)))
        #expect(value["dataBase64"] != nil)
    }

    @Test func `What is printed for people cannot command a terminal`() throws {
        let evil = Event(
            id: Self.id, type: "t\u{9B}31m", data: Array("\u{1B}[2Jx\u{202E}y".utf8),
            contentType: "text/plain")
        let recorded = RecordedEvent(
            stream: "s", revision: 0, position: 1, recordedAt: Timestamp("2024-01-01")!, event: evil
        )
        let output = Output(Collector(), isTerminal: false, columns: nil, style: .plain)
        let text = EventRow(output, showsOccurred: false).line(recorded)
        #expect(text == "      1  2024-01-01 00:00:00Z  s@0  t·31m  ·[2Jx·y")
    }

    @Test func `Data is cut to the terminal and whole elsewhere`() throws {
        let data = "{\"text\":\"" + String(repeating: "é", count: 200) + "\"}"
        let recorded = RecordedEvent(
            stream: "s", revision: 0, position: 1, recordedAt: Timestamp("2024-01-01")!,
            event: Event(id: Self.id, type: "t", data: data, tags: ["k:v"]))
        let narrow = Output(Collector(), isTerminal: true, columns: 80, style: .plain)
        #expect(EventRow(narrow, showsOccurred: false).line(recorded).count == 80)
        #expect(EventRow(narrow, showsOccurred: false).line(recorded).hasSuffix("é…"))
        let file = Output(Collector(), isTerminal: false, columns: nil, style: .plain)
        #expect(EventRow(file, showsOccurred: false).line(recorded).hasSuffix("  #k:v  " + data))
    }
}
