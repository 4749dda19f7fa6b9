internal import Daybook
internal import DaybookBytes
internal import DaybookGRPC
internal import DaybookHTTP
internal import DaybookPlatform
internal import DaybookProtobuf
internal import DaybookProtocol

/// Makes calls to one server, and says what came of them in the words of a store.
final class Caller: Sendable {
    let server: ServerAddress
    let channel: GRPCChannel
    let options: RemoteStoreOptions
    let time: any TimeSource
    private let randomness: any Randomness

    /// Waits between tries, at first and at most.
    private static let pauseMilliseconds = (first: 20, max: 2_000)

    init(
        _ server: ServerAddress, _ channel: GRPCChannel, _ options: RemoteStoreOptions,
        time: any TimeSource, randomness: any Randomness
    ) {
        self.server = server
        self.channel = channel
        self.options = options
        self.time = time
        self.randomness = randomness
    }

    var backoff: Backoff {
        Backoff(
            millisecondsFirst: Self.pauseMilliseconds.first,
            millisecondsMax: Self.pauseMilliseconds.max, randomness)
    }

    /// What a failure is, in the words of a store.
    func trouble(_ failure: GRPCFailure) -> CallTrouble { CallTrouble(failure, of: server) }

    /// Makes a call once.
    func ask(
        _ path: String, _ message: [UInt8], within patience: Patience
    ) async -> Result<[UInt8], CallTrouble> {
        let answer = await channel.ask(
            path, message, deadlineMilliseconds: patience.millisecondsLeft)
        return answer.mapError { trouble($0) }
    }

    /// Asks for what changes nothing, until there is an answer or the time is up.
    /// - Parameter milliseconds: nil: as patient as with anything.
    func lookUp<Answer: ProtobufDecodable>(
        _ path: String, _ request: some ProtobufEncodable, within milliseconds: Int? = nil,
        as type: Answer.Type = Answer.self
    ) async throws(StoreError) -> Answer {
        let message = request.encoded()
        var patience = Patience(self, milliseconds: milliseconds)
        while true {
            let trouble: CallTrouble
            switch await ask(path, message, within: patience) {
            case .success(let bytes): return try decoded(bytes)
            case .failure(let failure): trouble = failure
            }
            guard case .away = trouble, await patience.pause(on: channel) else {
                throw trouble.error
            }
        }
    }

    func decoded<Answer: ProtobufDecodable>(_ bytes: [UInt8]) throws(StoreError) -> Answer {
        do throws(ProtobufError) { return try Answer.decoded(from: bytes.rawSpan) } catch {
            throw .foreign("its answer cannot be read: \(error)", server)
        }
    }
}

/// How long a call may go on being tried.
struct Patience {
    private let time: any TimeSource
    /// By the clock of the caller, in nanoseconds.
    let end: Int64
    private var backoff: Backoff

    init(_ caller: Caller, milliseconds: Int? = nil) {
        let milliseconds = milliseconds ?? caller.options.patienceMilliseconds
        time = caller.time
        backoff = caller.backoff
        end = time.bootNanoseconds() + Int64(milliseconds) * 1_000_000
    }

    /// Never less than 1, so that what is late is told as late.
    var millisecondsLeft: Int { max(Int((end - time.bootNanoseconds()) / 1_000_000), 1) }

    /// How long to wait before the next try; nil where the time is up by then.
    mutating func nextPause() -> Int? {
        let milliseconds = backoff.failed()
        return milliseconds < millisecondsLeft ? milliseconds : nil
    }

    /// Waits before the next try, also in a task that is cancelled.
    /// - Returns: Whether there is time for one.
    mutating func pause(on channel: GRPCChannel) async -> Bool {
        guard let milliseconds = nextPause() else { return false }
        await channel.pause(milliseconds: milliseconds)
        return true
    }
}
