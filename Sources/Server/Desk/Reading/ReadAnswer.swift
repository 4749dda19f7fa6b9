package import Daybook
internal import DaybookGRPC
internal import DaybookHTTP
internal import DaybookStore

/// Makes the steps of a read on the loop of its call, as fast as the client takes what it is sent.
///
/// At the most ``Exchange/waitingBytesMax``, and the events of one step beyond it, wait for a slow client.
package final class ReadAnswer<Conversation: ReadConversation>: GRPCAnswer, HeadWaiter {

    private let sink: Conversation.Sink
    private let desk: ReadingDesk
    private let waiters: HeadWaiters
    private let ended: (() -> Void)?
    /// Bytes of the request that it keeps as long as it goes on.
    package let keptBytes: Int
    private var conversation: Conversation
    private var source: Conversation.Source?
    private var state = ReadState.ready

    /// Messages are sent together up to so many bytes.
    private static var sentBytesMin: Int { 64 << 10 }
    /// Room for messages to begin with: what a small stream takes, and what a full batch of events takes where a read has
    /// gone on for some. Growing to it would copy them as often as they are sent.
    private static var smallBytes: Int { 8 << 10 }
    private static var largeBytes: Int { 320 << 10 }
    /// For what a subscription is told at the head.
    private static var newsBytes: Int { 256 }

    /// - Parameters:
    ///   - keptBytes: Of the request, as long as the answer goes on.
    ///   - ended: called once at the end, however it comes.
    package init(
        _ sink: Conversation.Sink, _ conversation: Conversation, _ desk: ReadingDesk,
        keptBytes: Int = 0, ended: (() -> Void)? = nil
    ) {
        self.sink = sink
        self.conversation = conversation
        self.desk = desk
        self.keptBytes = keptBytes
        self.ended = ended
        waiters = desk.heads.waiters(on: sink.loop)
    }

    package func begin() {
        go(Self.smallBytes) {
            act { conversation, _ throws(Conversation.Sink.Failure) in conversation.beginning }
        }
    }

    package func writable() {
        guard state == .ready else { return }
        go(Self.largeBytes) {
            guard let source else { return }
            conversation.resumed(at: source.place, head: desk.store.headPosition, into: sink)
        }
    }

    package func hasNews(behind position: Position) {
        guard state == .isAtHead else { return }
        state = .ready
        source?.pass(to: position)
        go(Self.newsBytes) {}
    }

    package func cancelled() { end() }

    package func drain() {
        if state == .isOver || !conversation.isEndless { return }
        finish(conversation.draining)
    }

    /// Says something, and goes on from there as far as it goes.
    private func go(_ roomBytes: Int, _ begin: () -> Void) {
        sink.open(roomBytes: roomBytes)
        begin()
        goOn()
        sink.close()
    }

    private func goOn() {
        var steps = 0
        while state == .ready && sink.isWritable {
            if steps == Conversation.stepsMax {
                goOnLater()
                break
            }
            steps += 1
            step()
            if sink.byteCount >= Self.sentBytesMin { sink.send() }
        }
        sink.send()
    }

    private func goOnLater() {
        state = .isPosted
        LoopBound(self, on: sink.loop).post { answer in
            guard answer.state == .isPosted else { return }
            answer.state = .ready
            answer.go(Self.newsBytes) {}
        }
    }

    private func step() {
        guard source != nil else { preconditionFailure("a read has begun before its first step") }
        let step: StoreStep<Conversation.Source.Events>
        do throws(StoreError) { step = try source!.step() } catch { return failed(error) }
        if case .waiting = step { stepAway() } else { took(step) }
    }

    private func stepAway() {
        state = .isAway
        let bound = LoopBound(self, on: sink.loop)
        source?.stepWaiting { result in bound.post { $0.cameBack(result) } }
    }

    private func cameBack(
        _ result: Result<
            (next: Conversation.Source, step: StoreStep<Conversation.Source.Events>), StoreError
        >
    ) {
        guard state == .isAway else { return }
        state = .ready
        go(Self.newsBytes) {
            switch result {
            case .success(let made):
                source = made.next
                took(made.step)
            case .failure(let error): failed(error)
            }
        }
    }

    private func took(_ step: StoreStep<Conversation.Source.Events>) {
        let place = source?.place ?? 0
        let before = conversation.sent
        act { conversation, sink throws(Conversation.Sink.Failure) in
            try conversation.took(step, at: place, into: sink)
        }
        if conversation.sent > before { desk.count(conversation.sent - before) }
    }

    private func failed(_ error: StoreError) {
        desk.note(error)
        act { conversation, sink throws(Conversation.Sink.Failure) in
            try conversation.failed(error, into: sink)
        }
    }

    /// Does what the conversation says to something that came.
    private func act(
        on news: (inout Conversation, Conversation.Sink) throws(Conversation.Sink.Failure) ->
            Conversation.Verdict
    ) {
        let verdict: Conversation.Verdict
        do throws(Conversation.Sink.Failure) { verdict = try news(&conversation, sink) } catch {
            return finish(error)
        }
        switch verdict {
        case .goOn: break
        case .wait(let wait):
            if waiters.wait(self, for: wait) { state = .isAtHead }
        case .finish: finish(nil)
        case .lookUp(let stream): lookUp(stream)
        case .begin(let wanted):
            do throws(StoreError) { source = try .begin(wanted, in: desk.store) } catch {
                failed(error)
            }
        }
    }

    private func lookUp(_ stream: String) {
        let bound = LoopBound(self, on: sink.loop)
        let found: LookedUp<StreamInfo>
        do throws(StoreError) {
            found = try desk.store.lookUp(try conversation.question(stream)) { result in
                bound.post { $0.cameBack(found: result) }
            }
        } catch {
            return failed(error)
        }
        switch found {
        case .waiting: state = .isAway
        case .found(let info): self.found(info)
        }
    }

    private func cameBack(found result: Result<StreamInfo, StoreError>) {
        guard state == .isAway else { return }
        state = .ready
        go(Self.newsBytes) {
            switch result {
            case .success(let info): found(info)
            case .failure(let error): failed(error)
            }
        }
    }

    private func found(_ info: StreamInfo) {
        act { conversation, sink throws(Conversation.Sink.Failure) in
            try conversation.found(info, into: sink)
        }
    }

    private func finish(_ failure: Conversation.Sink.Failure?) {
        sink.send()
        sink.finish(failure)
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

/// How far an answer has come.
private enum ReadState {
    case ready
    /// The loop comes back, after others had their turn.
    case isPosted
    /// Another thread waits for the device.
    case isAway
    case isAtHead
    case isOver
}
