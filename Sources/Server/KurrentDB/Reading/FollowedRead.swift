internal import Daybook
internal import DaybookDesk
internal import DaybookGRPC
internal import DaybookJournal
internal import DaybookPlatform
internal import DaybookStore

/// A subscription: what there is behind a place, then what comes.
///
/// A stream is followed by positions: first one event of it is read, which says at which position to begin, and whether
/// the stream can be followed at all. A list is followed by its ordinals: where only new entries are wanted the last one
/// is read first. Each time a stream has nothing more it is looked up, as it may have been deleted for good.
struct FollowedRead: ReadConversation {
    typealias Source = FoundSource

    private let plan: ReadingPlan
    private var sender: EventSender
    private let time: any TimeSource
    /// What could be read when it began.
    private let head: Position
    private var isPlaced: Bool
    private var isLive = false
    /// Of the last event that the client has, of the stream.
    private var revision: Revision?
    /// Where it was last told how far was looked.
    private var checkpoint: Position = 0
    /// What it waits for at the head.
    private let interest: HeadInterest
    /// Where it waits, as soon as the stream was looked up.
    private var waitsBeyond: Position = 0

    /// - Parameters:
    ///   - filter: of the plan.
    ///   - head: What can be read now.
    init(
        _ plan: ReadingPlan, _ filter: EventFilter?, interest: HeadInterest, head: Position,
        time: any TimeSource
    ) {
        self.plan = plan
        sender = EventSender(plan, filter)
        self.interest = interest
        self.time = time
        self.head = head
        isPlaced =
            switch plan.subject {
            case .all: true
            case .list: plan.place != .end
            case .stream: false
            }
        switch plan.place {
        case .revision(let start): revision = start
        case .position(let start): checkpoint = start
        case .end: checkpoint = head
        case .start: break
        }
    }

    var beginning: Verdict {
        switch (plan.subject, plan.place) {
        case (.all, _): follow(after: checkpoint)
        case (.stream(let name), .end): .begin(.read(Read(.stream(name), .backwards, limit: 1)))
        case (.stream(let name), .revision(let start)):
            .begin(.read(Read(.stream(name), from: .revision(start), limit: 1)))
        case (.stream(let name), _): .begin(.read(Read(.stream(name), limit: 1)))
        case (.list(let stream), .end):
            .begin(
                .list(
                    FoundSource.ListRead(
                        list: stream.list, direction: .backwards, limit: 1, resolvesLinks: false)))
        case (.list(let stream), _): follow(stream, from: revision.map { $0 + 1 } ?? 0)
        }
    }

    var sent: Int { sender.count }
    var isEndless: Bool { true }
    var draining: GRPCStatus { .notReady }

    func question(_ stream: String) throws(StoreError) -> LookUp<StreamInfo> {
        try plan.question
    }

    mutating func took(
        _ step: StoreStep<FoundEvents>, at place: Position, into sink: GRPCReadSink
    ) throws(GRPCStatus) -> Verdict {
        switch step {
        case .events(let found) where isPlaced:
            try send(found, into: sink)
            tellCheckpoint(at: place, into: sink)
        case .events(let found): return begin(at: found)
        // There is nothing behind the revision, or no stream: whatever comes is behind what there was.
        case .end: return begin(after: head)
        case .caughtUp: catchUp(at: place, into: sink)
        case .atHead(let position):
            catchUp(at: place, into: sink)
            guard case .stream(let name) = plan.subject else { return wait(beyond: position) }
            waitsBeyond = position
            return .lookUp(stream: name)
        case .progress: tellCheckpoint(at: place, into: sink)
        case .nothing, .waiting: break
        }
        return .goOn
    }

    mutating func failed(
        _ error: StoreError, into sink: GRPCReadSink
    ) throws(GRPCStatus) -> Verdict {
        guard let name = plan.streamName else { throw GRPCStatus(error) }
        if error.code == .streamNotFound && !isPlaced { return begin(after: head) }
        throw GRPCStatus(error, stream: name)
    }

    mutating func found(
        _ stream: StreamInfo, into sink: GRPCReadSink
    ) throws(GRPCStatus) -> Verdict {
        if case .tombstoned = stream.state { throw .streamDeleted(stream.name) }
        return wait(beyond: waitsBeyond)
    }

    /// With a filter it goes on in any case where it is to tell how far was looked.
    private func wait(beyond position: Position) -> Verdict {
        guard let filter = plan.filter else {
            return .wait(HeadWait(interest: interest, position: position))
        }
        let (told, isTooFar) = checkpoint.addingReportingOverflow(
            Position(filter.checkpointInterval))
        return .wait(
            HeadWait(interest: interest, position: position, wakeAt: isTooFar ? .max : told))
    }

    mutating func resumed(
        at place: Position, head: Position, into sink: GRPCReadSink
    ) {
        guard isLive && place < head else { return }
        isLive = false
        sink.messages.add(
            Streams.ReadResponse.fellBehind(now, revision: toldRevision, position: told(place)))
    }

    /// The stream begins with an event, or has it where its client has come to.
    private mutating func begin(at found: FoundEvents) -> Verdict {
        let batch = found.batch
        let event = batch.view(at: 0)
        switch (plan.subject, plan.place) {
        case (.list(let stream), _):
            let last = Self.revision(of: event, found.note(at: 0))
            revision = last
            isPlaced = true
            return follow(stream, from: last + 1)
        case (_, .end):
            revision = event.revision
            return begin(after: head)
        case (_, .revision(event.revision)): return begin(after: event.position)
        default: return begin(after: event.position - 1)
        }
    }

    private mutating func begin(after position: Position) -> Verdict {
        isPlaced = true
        if case .list(let stream) = plan.subject { return follow(stream, from: 0) }
        return follow(after: position)
    }

    private func follow(after position: Position) -> Verdict {
        .begin(
            .subscription(
                Subscription(
                    plan.selection, from: .after(position), includesSystemStreams: true)))
    }

    private func follow(_ stream: SystemStream, from first: Ordinal) -> Verdict {
        .begin(
            .listSubscription(stream.list, from: first, resolvesLinks: plan.resolvesLinks))
    }

    private mutating func send(
        _ found: FoundEvents, into sink: GRPCReadSink
    ) throws(GRPCStatus) {
        let isOfStream = plan.subject != .all
        let batch = found.batch
        for index in batch.indices {
            let event = batch.view(at: index)
            let note = found.note(at: index)
            if isOfStream {
                let place = Self.revision(of: event, note)
                if let revision, place <= revision { continue }
                revision = place
            }
            _ = try sender.add(event, note, to: &sink.messages)
        }
    }

    /// In the stream that is read.
    private static func revision(of event: EventView, _ note: EventNote) -> Revision {
        if case .entry(let ordinal, _) = note { ordinal } else { event.revision }
    }

    private mutating func tellCheckpoint(at place: Position, into sink: GRPCReadSink) {
        guard let filter = plan.filter, place >= checkpoint,
            place - checkpoint >= Position(filter.checkpointInterval)
        else { return }
        checkpoint = place
        sink.messages.add(Streams.ReadResponse.checkpoint(place, now))
    }

    private mutating func catchUp(at place: Position, into sink: GRPCReadSink) {
        if isLive { return }
        isLive = true
        sink.messages.add(
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
