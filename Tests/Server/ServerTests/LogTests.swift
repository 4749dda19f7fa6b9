import Daybook
import DaybookHTTP
import DaybookJSON
import DaybookPlatform
import Testing

@testable import DaybookServer

@Suite(.timeLimit(.minutes(15))) struct `The log` {
    private let noon = Timestamp("2026-05-01T12:00:00Z")!

    private func line(_ format: LogFormat, _ record: LogRecord) -> String {
        String(decoding: format.line(record), as: UTF8.self)
    }

    @Test func `Text is one line with the particulars behind`() {
        let record = LogRecord(
            noon, .info, "listening",
            ["address": "127.0.0.1", "port": 2113, "tls": false, "note": "two words", "none": ""])
        #expect(
            line(.text, record) == "2026-05-01T12:00:00.000Z info    listening "
                + "address=127.0.0.1 port=2113 tls=false note=\"two words\" none=\"\"\n")
    }

    @Test func `JSON is one object a line`() throws {
        let later = Timestamp(microseconds: noon.microseconds + 1_234)
        let record = LogRecord(
            later, .warning, "slow", ["seconds": .number(0.5), "of": .count(7 as UInt64)])
        #expect(
            line(.json, record) == #"{"time":"2026-05-01T12:00:00.001Z","level":"warning","#
                + #""message":"slow","seconds":0.5,"of":7}"# + "\n")
        #expect(
            line(.json, LogRecord(noon, .info, "x", ["n": .number(.nan)])).contains(#""n":null"#))
    }

    @Test(arguments: [
        "a\nb", "\u{1B}[31mred", "\u{202E}abc", "\u{9B}2J", "tab\there", "a\u{2028}b",
    ])
    func `Nothing that is told ends the line or commands a terminal`(hostile: String) throws {
        let record = LogRecord(noon, .error, hostile, ["name": .text(hostile)])
        for format in [LogFormat.text, .json] {
            let text = line(format, record)
            let bad = text.dropLast().unicodeScalars.filter {
                $0.value < 0x20 || 0x7F...0x9F ~= $0.value || 0x2028...0x202E ~= $0.value
            }
            #expect(bad.isEmpty && text.hasSuffix("\n"), "\(text)")
        }
        let json = try JSONValue(parsing: line(.json, record))
        #expect(json["name"]?.asString == hostile)
    }

    @Test func `Of connections that were ended one in a while is told, and all are counted`() throws
    {
        let (sink, time) = (HeldSink(), StillTime())
        let log = try Log.start(level: .info, format: .text, to: sink, time: time)
        let registry = MetricRegistry()
        let transport = TransportLog(TransportMetrics(registry), log, time)
        let flood = Complaint(.tooMuch, "too much")
        for _ in 0..<3 { transport.ended("[::1]:7", flood) }
        time.pass(10_000_000_000)
        for _ in 0..<2 { transport.ended("127.0.0.1:8", flood) }
        transport.ended("127.0.0.1:9", Complaint(.silent, "gone"))
        transport.ended("127.0.0.1:9", Complaint(.idle, "nothing to do"))
        for _ in 0..<2 { transport.turnedAway(because: "no room") }
        for _ in 0..<2 { transport.left("127.0.0.1:9", because: "no trust") }
        log.close()
        #expect(sink.lines.count == 5)
        #expect(sink.lines[0].hasSuffix(#"was ended peer=[::1]:7 why="too much" untold=0"#))
        #expect(sink.lines[1].hasSuffix(#"was ended peer=127.0.0.1:8 why="too much" untold=2"#))
        #expect(sink.lines[2].hasSuffix("was ended peer=127.0.0.1:9 why=gone untold=0"))
        #expect(sink.lines[2].contains(" info ") && sink.lines[0].contains(" warning "))
        #expect(sink.lines[3].hasSuffix(#"a connection was refused why="no room" untold=0"#))
        #expect(sink.lines[4].contains(" info "))
        #expect(
            sink.lines[4].hasSuffix(
                #"a client ended its connection peer=127.0.0.1:9 why="no trust" untold=0"#))
        let page = try StrictPage(registry.page())
        func ended(_ cause: String) -> Double? {
            page.value("daybook_connections_ended_total", ["cause": cause])
        }
        #expect(ended("too-much") == 5 && ended("silent") == 1 && ended("idle") == 1)
        #expect(page.value("daybook_connections_refused_total") == 2)
        #expect(page.value("daybook_connections_left_total") == 2)
    }

    @Test func `What weighs less than the level is not told, nor made`() throws {
        let sink = HeldSink()
        let log = try Log.start(level: .warning, format: .text, to: sink, time: StillTime())
        var made = 0
        func fields() -> LogFields {
            made += 1
            return ["made": .count(made)]
        }
        log.debug("no", fields())
        log.info("no", fields())
        log.warning("careful", fields())
        log.error("bad", fields())
        log.close()
        #expect(made == 2)
        #expect(
            sink.lines.map { $0.dropFirst(25) } == ["warning careful made=1", "error   bad made=2"])
    }

    @Test func `Whoever tells never waits; what does not fit is counted and said`() throws {
        let sink = HeldSink()
        let log = try Log.start(level: .info, format: .json, to: sink, time: StillTime())
        sink.hold()
        log.info("first")
        sink.waitForWrite(1)
        // The writer is held with the first; so many more fit.
        for number in 0..<Log.waitingMax + 10 { log.info("next", ["n": .count(number)]) }
        #expect(log.droppedCount == 10)
        sink.release()
        log.close()
        let lines = sink.lines
        #expect(lines.count == Log.waitingMax + 2)
        let told = try JSONValue(parsing: lines[1])
        #expect(told["message"]?.asString == "log lines were dropped")
        #expect(told["lines"] == 10)
        #expect(try JSONValue(parsing: lines[2])["n"] == 0)
        #expect(log.droppedCount == 0)
    }

    @Test func `Where nobody takes lines they are counted, and told of when somebody does`() throws
    {
        let sink = HeldSink()
        let log = try Log.start(level: .info, format: .text, to: sink, time: StillTime())
        sink.refuse(.EPIPE)
        log.info("lost")
        sink.waitForWrite(1)
        sink.refuse(nil)
        // The count is set once the write has come back.
        while log.droppedCount == 0 {}
        log.info("heard")
        log.close()
        #expect(
            sink.lines.map { $0.dropFirst(25) } == [
                "warning log lines were dropped lines=1", "info    heard",
            ])
    }

    @Test func `A reader that has stopped keeps nobody from ending`() throws {
        let sink = HeldSink()
        let log = try Log.start(level: .info, format: .text, to: sink, time: StillTime())
        sink.hold()
        log.info("stuck")
        sink.waitForWrite(1)
        log.close(withinMilliseconds: 1)
        log.info("after the end")
        #expect(log.droppedCount == 1)
        sink.release()
    }

    @Test func `Long texts are cut`() {
        let long = String(repeating: "é", count: 5000)
        let record = LogRecord(noon, .info, long, ["name": .text(long), "n": 1]).cut()
        #expect(record.message.utf8.count <= LogRecord.textBytesMax + 3)
        #expect(record.fields.all[0].value == .text(record.message))
        #expect(record.fields.all[1].value == 1)
    }
}
