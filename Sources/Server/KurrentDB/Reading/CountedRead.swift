internal import Daybook
internal import DaybookDesk
internal import DaybookGRPC
internal import DaybookStore

/// A read that ends: so many events, or all there are.
struct CountedRead: ReadConversation {
    typealias Source = FoundSource

    private let plan: ReadingPlan
    private var sender: EventSender
    private var left: Int

    /// - Parameter filter: of the plan.
    init(_ plan: ReadingPlan, _ filter: EventFilter?, count: Int?) {
        self.plan = plan
        sender = EventSender(plan, filter)
        left = count ?? .max
    }

    var beginning: Verdict { .begin(plan.wanted) }
    var sent: Int { sender.count }
    var isEndless: Bool { false }
    var draining: GRPCStatus { .notReady }

    func question(_ stream: String) throws(StoreError) -> LookUp<StreamInfo> {
        try plan.question
    }

    mutating func took(
        _ step: StoreStep<FoundEvents>, at place: Position, into sink: GRPCReadSink
    ) throws(GRPCStatus) -> Verdict {
        switch step {
        case .events(let found):
            let batch = found.batch
            for index in batch.indices where left > 0 {
                let isSent = try sender.add(
                    batch.view(at: index), found.note(at: index), to: &sink.messages)
                if isSent { left -= 1 }
            }
            return left > 0 ? .goOn : end
        case .end: return end
        default: return .goOn
        }
    }

    mutating func failed(
        _ error: StoreError, into sink: GRPCReadSink
    ) throws(GRPCStatus) -> Verdict {
        guard let name = plan.streamName else { throw GRPCStatus(error) }
        // A stream that is not there is an answer, and no error.
        if error.code != .streamNotFound { throw GRPCStatus(error, stream: name) }
        sink.messages.add(Streams.ReadResponse.streamNotFound(name))
        return .finish
    }

    mutating func found(_ stream: StreamInfo, into sink: GRPCReadSink) -> Verdict {
        if stream.state == .never {
            sink.messages.add(Streams.ReadResponse.streamNotFound(stream.name))
        } else if case .live(let last) = stream.state, plan.tellsRevisions {
            if stream.firstRevision <= last {
                sink.messages.add(Streams.ReadResponse.firstRevision(stream.firstRevision))
            }
            sink.messages.add(Streams.ReadResponse.lastRevision(last))
        }
        return .finish
    }

    /// A list tells that it has no entry by giving none.
    private var end: Verdict {
        guard let name = plan.streamName else { return .finish }
        let mayBeMissing = if case .list = plan.subject { sent == 0 } else { false }
        return plan.tellsRevisions || mayBeMissing ? .lookUp(stream: name) : .finish
    }
}
