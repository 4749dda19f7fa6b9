import DaybookBytes
import DaybookGRPC
import DaybookHTTP
import DaybookProtobuf
import Testing

/// Takes the place of a connection: keeps what is answered.
final class FakeCarrier: ExchangeCarrier {
    var response: ResponseHead?
    var body: [UInt8] = []
    /// How many times something was written.
    var writes = 0
    var trailers: HTTPFields?
    var isAborted = false
    var consumed = 0
    /// Whether nothing of the body leaves.
    var isStuck = false

    var waitingBytes: Int { isStuck ? body.count : 0 }
    func respond(_ head: ResponseHead) { response = head }
    func write(_ bytes: [UInt8]) {
        body += bytes
        writes += 1
    }
    func finish(_ trailers: HTTPFields) { self.trailers = trailers }
    func abort() { isAborted = true }
    func consumed(_ count: Int) { consumed += count }
}

/// A loop that is turned by hand, with time that passes when told to.
final class HandLoop: EventLoop, @unchecked Sendable {
    // Safe: a test uses it from one thread.
    private final class Timer: LoopTimer {
        var body: (() -> Void)?
        let due: Int
        init(_ due: Int, _ body: @escaping () -> Void) {
            self.due = due
            self.body = body
        }
        func cancel() { body = nil }
    }

    private var posted: [@Sendable () -> Void] = []
    private var timers: [Timer] = []
    private var now = 0

    var isCurrent: Bool { true }
    /// How many timers may still go off.
    var pendingTimers: Int { timers.count { $0.body != nil } }

    func post(_ body: @escaping @Sendable () -> Void) { posted.append(body) }
    func after(milliseconds: Int, _ body: @escaping () -> Void) -> any LoopTimer {
        let timer = Timer(now + milliseconds, body)
        timers.append(timer)
        return timer
    }

    func turn() {
        let bodies = posted
        posted = []
        for body in bodies { body() }
    }

    func pass(milliseconds: Int) {
        now += milliseconds
        for timer in timers where timer.due <= now {
            timer.body?()
            timer.body = nil
        }
    }
}

/// A call from the client's side.
struct FakeCall {
    let carrier = FakeCarrier()
    let loop: HandLoop
    let exchange: Exchange

    init(
        to path: String = "/test.Test/Echo", _ router: GRPCRouter, loop: HandLoop = HandLoop(),
        method: String = "POST", fields: HTTPFields = Self.fields
    ) {
        self.loop = loop
        exchange = Exchange(
            RequestHead(method: method, target: path, fields: fields), loop: loop,
            carrier: carrier)
        router.begin(exchange)
    }

    static let fields: HTTPFields = ["content-type": "application/grpc", "te": "trailers"]

    static func fields(_ more: (String, String)...) -> HTTPFields {
        var fields = Self.fields
        for (name, value) in more { fields.add(name, value) }
        return fields
    }

    func send(_ bytes: [UInt8]) { exchange.handler?.received(bytes.rawSpan) }
    func end() { exchange.handler?.ended() }
    func send(message: [UInt8], flag: UInt8 = 0) { send(framed(message, flag: flag)) }

    /// The messages of the answer.
    var messages: [[UInt8]] { unframed(carrier.body) }

    /// The fields that say how the call ended, from the trailers or from the only head; nil where it goes on.
    var status: HTTPFields? {
        guard let trailers = carrier.trailers else { return nil }
        return trailers.isEmpty ? carrier.response?.fields : trailers
    }
}

func framed(_ message: [UInt8], flag: UInt8 = 0) -> [UInt8] {
    [flag] + (0..<4).map { UInt8(truncatingIfNeeded: message.count >> (24 - 8 * $0)) } + message
}

func unframed(_ bytes: [UInt8]) -> [[UInt8]] {
    var messages: [[UInt8]] = []
    var rest = bytes[...]
    while rest.count >= 5 {
        let count = rest.dropFirst().prefix(4).reduce(0) { $0 << 8 | Int($1) }
        messages.append(Array(rest.dropFirst(5).prefix(count)))
        rest = rest.dropFirst(5 + count)
    }
    return messages
}

/// Answers what is no gRPC.
struct Elsewhere: HTTPService {
    func begin(_ exchange: Exchange) {
        exchange.respond(ResponseHead(status: 404))
        exchange.finish()
    }
}
