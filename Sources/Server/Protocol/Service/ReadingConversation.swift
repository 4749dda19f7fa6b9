internal import Daybook
internal import DaybookDesk
internal import DaybookGRPC
internal import DaybookProtobuf
internal import DaybookProtocol
internal import DaybookStore

/// A read, in batches.
struct ReadingConversation: ReadConversation {
    typealias Source = EventSource
    typealias Sink = GRPCReadSink

    private let read: Read
    /// What the first message tells beside events; nil when it was told.
    private var opening: (history: String, head: Position)?
    private(set) var sent = 0

    init(_ read: Read, history: String, head: Position) {
        self.read = read
        opening = (history, head)
    }

    var beginning: Verdict { .begin(.read(read)) }
    var isEndless: Bool { false }
    var draining: GRPCStatus { .ending }

    mutating func took(
        _ step: StoreStep<EventBatch>, at place: Position, into sink: GRPCReadSink
    ) -> Verdict {
        switch step {
        case .events(let batch): send(batch, to: sink)
        case .end: return .finish
        default:
            // It may be long until something is found: the client hears that it is looked for.
            if let opening = opening.take() {
                sink.messages.add { Self.tell(opening, into: &$0) }
            }
        }
        return .goOn
    }

    private static func tell(
        _ opening: (history: String, head: Position), into writer: inout ProtobufWriter
    ) {
        writer.string(2, opening.history)
        writer.uint64(3, opening.head)
    }

    private mutating func send(_ batch: EventBatch, to sink: GRPCReadSink) {
        sent += batch.count
        var index = 0
        while index < batch.count {
            let opening = opening.take()
            sink.messages.add { writer in
                index = V1.write(batch, from: index, into: &writer)
                if let opening { Self.tell(opening, into: &writer) }
            }
        }
    }

    mutating func failed(
        _ error: StoreError, into sink: GRPCReadSink
    ) throws(GRPCStatus) -> Verdict {
        throw V1.status(error)
    }
}

/// A subscription.
struct FollowingConversation: ReadConversation {
    typealias Source = EventSource
    typealias Sink = GRPCReadSink

    private let subscription: Subscription
    private let interest: HeadInterest
    /// What is told first; nil when it was told.
    private var opening: V1.Started?
    private(set) var sent = 0

    init(_ subscription: Subscription, _ desk: ReadingDesk) {
        let store = desk.store
        var subscription = subscription
        let begin: Position
        switch subscription.start {
        case .beginning: begin = 0
        case .now:
            begin = store.headPosition
            subscription.start = .after(begin)
        case .after(let position): begin = position
        case .checkpoint(let checkpoint): begin = checkpoint.position
        }
        self.subscription = subscription
        opening = V1.Started(behind: begin, history: desk.history)
        interest =
            switch subscription.selection {
            case .all: .everything
            case .stream(let name): .stream(store.hash(ofStream: name))
            case .category(let name):
                .query(SpelledQuery(Query([Query.Item(category: name)])))
            case .query(let query):
                query.items.isEmpty ? .everything : .query(SpelledQuery(query))
            }
    }

    var beginning: Verdict { .begin(.subscription(subscription)) }
    var isEndless: Bool { true }
    var draining: GRPCStatus { .ending }

    mutating func took(
        _ step: StoreStep<EventBatch>, at place: Position, into sink: GRPCReadSink
    ) -> Verdict {
        // A checkpoint was checked by the first step.
        if let opening = opening.take() {
            sink.messages.add { opening.encodeSignal(into: &$0) }
        }
        switch step {
        case .events(let batch): send(batch, to: sink)
        case .progress(let position): sink.messages.add { $0.uint64(3, always: position) }
        case .caughtUp: sink.messages.add { $0.empty(4) }
        case .atHead(let position): return .wait(.tellingProgress(interest, at: position))
        case .nothing, .waiting, .end: break
        }
        return .goOn
    }

    private mutating func send(_ batch: EventBatch, to sink: GRPCReadSink) {
        sent += batch.count
        var index = 0
        while index < batch.count {
            sink.messages.add { writer in
                writer.message(2, about: V1.batchBytes) { writer in
                    index = V1.write(batch, from: index, into: &writer)
                }
            }
        }
    }

    mutating func failed(
        _ error: StoreError, into sink: GRPCReadSink
    ) throws(GRPCStatus) -> Verdict {
        throw V1.status(error)
    }
}
