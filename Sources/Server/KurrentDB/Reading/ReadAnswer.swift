internal import Daybook
internal import DaybookGRPC
internal import DaybookHTTP
internal import DaybookStore

/// Makes the steps of a read on the loop of its call, as fast as the client takes what it is sent.
///
/// At the most ``Exchange/waitingBytesMax``, and the events of one step beyond it, wait for a slow client.
final class ReadAnswer<Conversation: ReadConversation>: GRPCAnswer, HeadWaiter {
    private let call: GRPCCall
    private let store: EmbeddedStore
    private let waiters: HeadWaiters
    private let ended: (() -> Void)?
    private let note: @Sendable (StoreError) -> Void
    private let count: @Sendable (Int) -> Void
    private var conversation: Conversation
    private var source: ReadSource?
    private var state = State.ready

    private enum State {
        case ready
        /// The loop comes back, after others had their turn.
        case isPosted
        /// Another thread waits for the device.
        case isAway
        case isAtHead
        case isOver
    }

    /// Steps in one go, before others get their turn.
    private static var stepsMax: Int { 16 }
    /// Messages are sent together up to so many bytes.
    private static var sentBytesMin: Int { 64 << 10 }
    /// Room for messages to begin with: what a small stream takes, and what a full batch of events takes where a read has
    /// gone on for some. Growing to it would copy them as often as they are sent.
    private static var smallBytes: Int { 8 << 10 }
    private static var largeBytes: Int { 320 << 10 }

    /// - Parameter ended: called once at the end, however it comes.
    init(
        _ call: GRPCCall, _ conversation: Conversation, _ service: ReadingService,
        ended: (() -> Void)? = nil
    ) {
        self.call = call
        self.conversation = conversation
        self.ended = ended
        store = service.store
        note = service.note
        count = service.count
        waiters = service.room.waiters(on: call.loop)
    }

    func begin() {
        var messages = GRPCMessages(capacity: Self.smallBytes)
        act(&messages) { conversation, _ throws(GRPCStatus) in conversation.beginning }
        goOn(&messages)
    }

    func writable() {
        guard state == .ready else { return }
        var messages = GRPCMessages(capacity: Self.largeBytes)
        if let source {
            conversation.resumed(
                at: source.place, head: store.headPosition, into: &messages)
        }
        goOn(&messages)
    }

    func hasNews(behind position: Position) {
        guard state == .isAtHead else { return }
        state = .ready
        source?.pass(to: position)
        goOn()
    }

    func cancelled() { end() }

    func drain() {
        if state == .isOver || !conversation.isEndless { return }
        var messages = GRPCMessages()
        finish(.notReady, &messages)
    }

    private func goOn() {
        var messages = GRPCMessages()
        goOn(&messages)
    }

    private func goOn(_ messages: inout GRPCMessages) {
        var steps = 0
        while state == .ready && call.isWritable {
            if steps == Self.stepsMax {
                goOnLater()
                break
            }
            steps += 1
            step(&messages)
            if messages.byteCount >= Self.sentBytesMin { call.send(&messages) }
        }
        call.send(&messages)
    }

    private func goOnLater() {
        state = .isPosted
        LoopBound(self, on: call.loop).post { answer in
            guard answer.state == .isPosted else { return }
            answer.state = .ready
            answer.goOn()
        }
    }

    private func step(_ messages: inout GRPCMessages) {
        guard source != nil else { preconditionFailure("a read has begun before its first step") }
        let step: StoreStep<FoundEvents>
        do throws(StoreError) { step = try source!.step() } catch {
            return failed(error, &messages)
        }
        if case .waiting = step { stepAway() } else { took(step, &messages) }
    }

    private func stepAway() {
        state = .isAway
        let bound = LoopBound(self, on: call.loop)
        source?.stepWaiting { result in bound.post { $0.cameBack(result) } }
    }

    private func cameBack(
        _ result: Result<(next: ReadSource, step: StoreStep<FoundEvents>), StoreError>
    ) {
        guard state == .isAway else { return }
        state = .ready
        var messages = GRPCMessages()
        switch result {
        case .success(let made):
            source = made.next
            took(made.step, &messages)
        case .failure(let error): failed(error, &messages)
        }
        goOn(&messages)
    }

    private func took(_ step: StoreStep<FoundEvents>, _ messages: inout GRPCMessages) {
        let place = source?.place ?? 0
        let before = conversation.sent
        act(&messages) { conversation, messages throws(GRPCStatus) in
            try conversation.took(step, at: place, into: &messages)
        }
        if conversation.sent > before { count(conversation.sent - before) }
    }

    private func failed(_ error: StoreError, _ messages: inout GRPCMessages) {
        note(error)
        act(&messages) { conversation, messages throws(GRPCStatus) in
            try conversation.failed(error, into: &messages)
        }
    }

    /// Does what the conversation says to something that came.
    private func act(
        _ messages: inout GRPCMessages,
        on news: (inout Conversation, inout GRPCMessages) throws(GRPCStatus) -> ReadVerdict
    ) {
        let verdict: ReadVerdict
        do throws(GRPCStatus) { verdict = try news(&conversation, &messages) } catch {
            return finish(error, &messages)
        }
        switch verdict {
        case .goOn: break
        case .wait(let wait):
            if waiters.wait(self, for: wait) { state = .isAtHead }
        case .finish: finish(.ok, &messages)
        case .lookUp(let stream): lookUp(stream, &messages)
        case .begin(let wanted):
            do throws(StoreError) { source = try .begin(wanted, in: store) } catch {
                failed(error, &messages)
            }
        }
    }

    private func lookUp(_ stream: String, _ messages: inout GRPCMessages) {
        let bound = LoopBound(self, on: call.loop)
        let found: LookedUp<StreamInfo>
        do throws(StoreError) {
            let question: LookUp<StreamInfo> =
                if let list = SystemStream(stream) { try list.info() } else { try .stream(stream) }
            found = try store.lookUp(question) { result in
                bound.post { $0.cameBack(found: result) }
            }
        } catch {
            return failed(error, &messages)
        }
        switch found {
        case .waiting: state = .isAway
        case .found(let info):
            act(&messages) { conversation, messages throws(GRPCStatus) in
                try conversation.found(info, into: &messages)
            }
        }
    }

    private func cameBack(found result: Result<StreamInfo, StoreError>) {
        guard state == .isAway else { return }
        state = .ready
        var messages = GRPCMessages()
        switch result {
        case .success(let info):
            act(&messages) { conversation, messages throws(GRPCStatus) in
                try conversation.found(info, into: &messages)
            }
        case .failure(let error): failed(error, &messages)
        }
        goOn(&messages)
    }

    private func finish(_ status: GRPCStatus, _ messages: inout GRPCMessages) {
        call.send(&messages)
        call.finish(status)
        end()
    }

    private func end() {
        if state == .isOver { return }
        state = .isOver
        waiters.leave(self)
        source = nil
        ended?()
    }
}
