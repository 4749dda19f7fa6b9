import Daybook
import DaybookBytes
import DaybookHTTP
import DaybookPlatform
import DaybookProtobuf
import DaybookProtocol
import Synchronization
import Testing

@testable import DaybookClient
@testable import DaybookGRPC

/// A server that answers each call as it is told to, one after the other, and keeps what it was asked.
final class FakeServer: Sendable {
    /// What it answers: messages, and how the call ends.
    struct Answer: Sendable {
        var messages: [[UInt8]] = []
        var status = GRPCStatus.ok

        static func message(_ body: (inout ProtobufWriter) -> Void) -> Answer {
            var writer = ProtobufWriter()
            body(&writer)
            return Answer(messages: [writer.array])
        }

        static func message(_ message: some ProtobufEncodable) -> Answer {
            .message { message.encode(into: &$0) }
        }

        /// As something on the way answers for a server that it has lost.
        static let lost = Answer(status: GRPCStatus(.unavailable, "the line was cut"))

        static func refused(_ error: StoreError) -> Answer { Answer(status: V1.status(error)) }

        func then(_ status: GRPCStatus) -> Answer { Answer(messages: messages, status: status) }
    }

    private struct State {
        var answers: [String: [Answer]] = [:]
        var asked: [(path: String, message: [UInt8])] = []
    }

    private let state = Mutex(State())
    private let http: Mutex<HTTPServer?>
    let port: Int

    /// Decides on an append of a pipeline, by its number and that of the pipeline, counted from 1.
    typealias Decision = @Sendable (UInt64, Int) -> Result<Appended, StoreError>

    private final class Script: Sendable {
        let body = Mutex<(@Sendable (String, [UInt8]) -> Answer)?>(nil)
    }

    /// - Parameters:
    ///   - head: The position it tells as its head, as often as it is asked and has no other answer.
    ///   - plans: What becomes of the first pipelines; of those behind them `decide` says it.
    init(
        head: Position = 0, plans: [PlannedPipeline.Plan] = [],
        pipelined decide: @escaping Decision = { _, _ in .failure(.closed()) }
    ) throws {
        var started: HTTPServer?
        let script = Script()
        var router = GRPCRouter()
        for path in [
            V1.append, V1.delete, V1.read, V1.subscribe, V1.getHead, V1.getStream,
        ] {
            router.unary(
                path,
                reading: { (bytes, call) throws(GRPCStatus) in
                    let answer = script.body.withLock { $0 }?(path, bytes.copied())
                    var messages = GRPCMessages()
                    for message in answer?.messages ?? [] { messages.add(encoded: message) }
                    call.send(&messages)
                    call.finish(answer?.status ?? .ok)
                    return nil
                })
        }
        let pipelines = Monitor(0)
        router.add(V1.appendPipelined) { call in
            let number = pipelines.withLock { count in
                count += 1
                return count
            }
            if number <= plans.count {
                return PlannedPipeline(call, plans[number - 1]) { bytes in
                    _ = script.body.withLock { $0 }?(V1.appendPipelined, bytes)
                }
            }
            return FakePipeline(call) { decide($0, number) }
        }
        var options = HTTPServerOptions()
        options.loops = 1
        while started == nil {
            // One that nobody is given who asks for any: when it is left, nobody listens there.
            options.port = .random(in: 20_000..<30_000)
            started = try? HTTPServer.start(options, router)
        }
        let server = try #require(started)
        http = Mutex(server)
        port = server.port
        script.body.withLock { body in
            body = { [unowned self] path, message in
                self.state.withLock { state in
                    state.asked.append((path, message))
                    let planned = state.answers[path]?.isEmpty == false
                    if planned { return state.answers[path]!.removeFirst() }
                    return path == V1.getHead ? Self.head(head) : .lost
                }
            }
        }
    }

    /// A head at this position.
    static func head(_ position: Position) -> Answer {
        let journal = EventID(high: 1, low: 2)
        return .message(
            V1.HeadResponse(
                Checkpoint(
                    journal: journal, epoch: 1, position: position,
                    event: position == 0 ? nil : EventID(high: 0, low: position)),
                history: "\(journal).1"))
    }

    deinit { stop() }

    func stop() { http.withLock { $0.take() }?.stop() }

    /// Answers the next calls of a method so.
    func answer(_ path: String, _ answers: Answer...) {
        state.withLock { $0.answers[path, default: []] += answers }
    }

    func count(of path: String) -> Int { state.withLock { $0.asked.count { $0.path == path } } }
    func asked(_ path: String) -> [[UInt8]] {
        state.withLock { $0.asked.filter { $0.path == path }.map(\.message) }
    }

    func connect(patience: Duration = .seconds(200)) async throws -> RemoteStore {
        var options = RemoteStoreOptions()
        options.patience = patience
        return try await RemoteStore.connect(
            to: ServerAddress("daybook://127.0.0.1:\(port)"), options: options)
    }
}

/// A pipeline that answers each append at once, as it is told to.
private final class FakePipeline: GRPCMethod {
    private let call: GRPCCall
    private let decide: (UInt64) -> Result<Appended, StoreError>

    init(_ call: GRPCCall, _ decide: @escaping (UInt64) -> Result<Appended, StoreError>) {
        self.call = call
        self.decide = decide
    }

    func message(_ bytes: borrowing RawSpan) throws(GRPCStatus) {
        let bytes = copy bytes
        do throws(StoreError) {
            let number = try V1.SentPipelined(bytes).number
            let result = decide(number)
            call.send { V1.encode(result, number: number, into: &$0) }
        } catch {
            throw V1.status(error)
        }
    }

    func end() { call.finish() }
}
