internal import Daybook
internal import DaybookGRPC
internal import DaybookPlatform
internal import DaybookStore

/// A subscription: what there is behind a place, then what comes.
///
/// A stream is followed by positions: first one event of it is read, which says at which position to begin, and whether
/// the stream can be followed at all.
struct FollowedRead: ReadConversation {
    private let plan: ReadingPlan
    private var sender: EventSender
    private let time: any TimeSource
    /// What could be read when it began.
    private let head: Position
    private var isPlaced: Bool
    private var isLive = false
    /// Of the last event that the client has, of the stream.
    private var revision: Revision?
    /// Events looked at since the last checkpoint.
    private var lookedAt = 0

    /// - Parameter head: What can be read now.
    /// - Throws: `invalidArgument` for a filter that is none.
    init(_ plan: ReadingPlan, head: Position, time: any TimeSource) throws(GRPCStatus) {
        self.plan = plan
        sender = try EventSender(plan)
        self.time = time
        self.head = head
        isPlaced = plan.subject == .all
        if case .revision(let start) = plan.place { revision = start }
    }

    var beginning: ReadVerdict {
        guard case .stream(let name) = plan.subject else {
            return switch plan.place {
            case .end: follow(after: head)
            case .position(let position): follow(after: position)
            case .start, .revision: follow(after: 0)
            }
        }
        return switch plan.place {
        case .end: .read(Read(.stream(name), .backwards, limit: 1))
        case .revision(let start): .read(Read(.stream(name), from: .revision(start), limit: 1))
        case .start, .position: .read(Read(.stream(name), limit: 1))
        }
    }

    var sent: Int { sender.count }
    var isEndless: Bool { true }

    mutating func took(
        _ step: StoreStep<EventBatch>, at place: Position, into messages: inout GRPCMessages
    ) throws(GRPCStatus) -> ReadVerdict {
        switch step {
        case .events(let batch) where isPlaced: try send(batch, at: place, into: &messages)
        case .events(let batch): return begin(at: batch.view(at: 0))
        // There is nothing behind the revision, or no stream: whatever comes is behind what there was.
        case .end: return begin(after: head)
        case .caughtUp: catchUp(at: place, into: &messages)
        case .atHead(let position):
            catchUp(at: place, into: &messages)
            return .wait(beyond: position)
        case .nothing, .progress, .waiting: break
        }
        return .goOn
    }

    mutating func failed(
        _ error: StoreError, into messages: inout GRPCMessages
    ) throws(GRPCStatus) -> ReadVerdict {
        guard case .stream(let name) = plan.subject else { throw GRPCStatus(error) }
        if error.code == .streamNotFound && !isPlaced { return begin(after: head) }
        throw GRPCStatus(error, stream: name)
    }

    mutating func resumed(
        at place: Position, head: Position, into messages: inout GRPCMessages
    ) {
        guard isLive && place < head else { return }
        isLive = false
        messages.add(
            Streams.ReadResponse.fellBehind(now, revision: toldRevision, position: told(place)))
    }

    /// The stream begins with an event, or has it where its client has come to.
    private mutating func begin(at event: EventView) -> ReadVerdict {
        switch plan.place {
        case .end:
            revision = event.revision
            return begin(after: head)
        case .revision(event.revision): return begin(after: event.position)
        default: return begin(after: event.position - 1)
        }
    }

    private mutating func begin(after position: Position) -> ReadVerdict {
        isPlaced = true
        return follow(after: position)
    }

    private func follow(after position: Position) -> ReadVerdict {
        .follow(Subscription(plan.selection, from: .after(position), includesSystemStreams: true))
    }

    private mutating func send(
        _ batch: EventBatch, at place: Position, into messages: inout GRPCMessages
    ) throws(GRPCStatus) {
        let isOfStream = plan.subject != .all
        for index in batch.indices {
            let event = batch.view(at: index)
            if isOfStream {
                if let revision, event.revision <= revision { continue }
                revision = event.revision
            }
            _ = try sender.add(event, to: &messages)
        }
        guard let filter = plan.filter else { return }
        lookedAt += batch.count
        if lookedAt >= filter.checkpointInterval {
            lookedAt = 0
            messages.add(Streams.ReadResponse.checkpoint(place, now))
        }
    }

    private mutating func catchUp(at place: Position, into messages: inout GRPCMessages) {
        if isLive { return }
        isLive = true
        messages.add(
            Streams.ReadResponse.caughtUp(now, revision: toldRevision, position: told(place)))
    }

    /// Nil as long as nothing was read, and where all is read.
    private var toldRevision: Revision? { plan.subject == .all ? nil : revision }

    /// Nil as long as there is nothing, and where a stream is read.
    private func told(_ place: Position) -> Position? {
        plan.subject == .all && place > 0 ? place : nil
    }

    private var now: Timestamp { Timestamp(microseconds: time.wallMicroseconds()) }
}
