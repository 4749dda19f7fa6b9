import DaybookBytes
import DaybookGRPC
import DaybookHTTP
import DaybookProtobuf
import Synchronization

/// A message of one text.
struct Text: ProtobufDecodable, ProtobufEncodable, Equatable {
    var text = ""

    mutating func decode(field: Int, from reader: inout ProtobufReader) throws(ProtobufError) {
        if field == 1 { text = try reader.string() }
    }
    func encode(into writer: inout ProtobufWriter) { writer.string(1, text) }

    init() {}
    init(_ text: String) { self.text = text }
    init(_ bytes: [UInt8]) throws { self = try Text.decoded(from: bytes.rawSpan) }
}

/// What a method was told, in order.
final class Diary: Sendable {
    private let lines = Mutex<[String]>([])
    var all: [String] { lines.withLock { $0 } }
    func note(_ line: String) { lines.withLock { $0.append(line) } }
}

/// Notes what it is told, and answers each message with it at once; the text `hold` has the call held, `stop` ends it
/// with a status of its own, `done` well, `stay` leaves it open after its end, `keep` is a part of something.
final class Talk: GRPCMethod {
    private var stays = false
    private(set) var awaitsRest = false
    let call: GRPCCall
    let diary: Diary

    init(_ call: GRPCCall, _ diary: Diary) {
        self.call = call
        self.diary = diary
    }

    func message(_ bytes: borrowing RawSpan) throws(GRPCStatus) {
        let text = try Text.received(bytes).text
        diary.note(text)
        switch text {
        case "hold": call.hold()
        case "stop": throw GRPCStatus(.aborted, "stopped")
        case "done": call.finish()
        case "stay": stays = true
        case "keep": awaitsRest = true
        default: call.send { $0.string(1, text) }
        }
    }

    func end() {
        diary.note("(end)")
        if !stays { call.finish() }
    }
    func writable() { diary.note("(writable)") }
    func cancelled() { diary.note("(cancelled)") }
}

/// Holds the call that a method was made with, for a test to use.
final class Held: @unchecked Sendable {
    // Safe: a test uses it from one thread.
    var call: GRPCCall?
}

extension GRPCRouter {
    static let limits = GRPCLimits(messageBytesMax: 1_000, heldBytesMax: 1_500)

    /// Echo answers one message at once, Later one when it is told to, Talk as a conversation.
    static func forTests(
        diary: Diary = Diary(), held: Held = Held(), limits: GRPCLimits = Self.limits
    ) -> GRPCRouter {
        var router = GRPCRouter(limits: limits)
        router.unary("/test.Test/Echo") { (request: Text, call) throws(GRPCStatus) in
            diary.note(request.text)
            call.reply(request)
            return nil
        }
        router.unary("/test.Test/Refuse") { (request: Text, _) throws(GRPCStatus) in
            throw GRPCStatus(.notFound, request.text, trailers: ["exception": "not-found"])
        }
        router.unary("/test.Test/Later") { (_: Text, call) throws(GRPCStatus) in
            held.call = call
            return Answer(diary)
        }
        router.add("/test.Test/Talk") { call throws(GRPCStatus) in
            held.call = call
            return Talk(call, diary)
        }
        return router
    }
}

/// Notes what it is told.
final class Answer: GRPCAnswer {
    let diary: Diary
    init(_ diary: Diary) { self.diary = diary }
    func writable() { diary.note("(writable)") }
    func cancelled() { diary.note("(cancelled)") }
}
