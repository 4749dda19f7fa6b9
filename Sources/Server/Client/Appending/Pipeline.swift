internal import Daybook
internal import DaybookBytes
internal import DaybookGRPC
internal import DaybookHTTP
internal import DaybookPlatform
internal import DaybookProtobuf
internal import DaybookProtocol

/// Appends under way on one call, and on the next where that is lost. Only used on the loop of its channel.
final class Pipeline: GRPCClientHandler {
    struct Entry: Sendable {
        let number: UInt64
        let message: [UInt8]
        let rule: RepeatRule
        /// A position that was there when it was handed over.
        let before: Position
        /// When its time is up, by the clock of the caller.
        let end: Int64
        let done: @Sendable (Result<Appended, StoreError>) -> Void
        /// Why a try may have been recorded that was not answered.
        var doubt: StoreError?
        /// Why the server has not taken it so far.
        var refusal: StoreError?
    }

    private let caller: Caller
    private let journal: String
    private var room: ChannelRoom?
    /// Those that are not answered, in their order.
    private var entries: [Entry] = []
    /// How many of them were sent by the call under way.
    private var sent = 0
    /// Those sent by the call under way for which nobody waits any more.
    private var forgotten: Set<UInt64> = []
    /// Those sent by the call under way that the server does not take: they stand behind one that it did not.
    private var refused: Set<UInt64> = []
    private var call: GRPCClientCall?
    private var backoff: Backoff
    /// Whether nothing is to be sent for now.
    private var isPaused = false
    private var timer: (any LoopTimer)?
    private var isFinished = false

    /// How often it is looked whose time is up.
    private static let tickMilliseconds = 250

    init(_ caller: Caller, journal: String) {
        self.caller = caller
        self.journal = journal
        backoff = caller.backoff
    }

    func add(_ entry: Entry, in room: ChannelRoom) {
        self.room = room
        entries.append(entry)
        watch()
        push()
    }

    /// No more will be handed over.
    func finish() {
        isFinished = true
        if entries.isEmpty { end() }
    }

    private func end() {
        call?.finish()
        call = nil
        timer?.cancel()
        timer = nil
    }

    // MARK: Sending

    private func push() {
        guard !isPaused, sent < entries.count, let room else { return }
        let call = call ?? begin(in: room)
        while sent < entries.count, call.isWritable {
            call.send(encoded: entries[sent].message)
            entries[sent].refusal = nil
            sent += 1
        }
    }

    private func begin(in room: ChannelRoom) -> GRPCClientCall {
        let call = GRPCClientCall(
            V1.appendPipelined, messageBytesMax: room.options.messageBytesMax, on: room.loop, self)
        self.call = call
        room.begin(call)
        return call
    }

    func writable() { push() }

    // MARK: Answers

    func message(_ bytes: borrowing RawSpan) throws(GRPCFailure) {
        let answer: V1.PipelinedAnswer
        do throws(ProtobufError) {
            answer = try V1.PipelinedAnswer.decoded(from: bytes.copied().rawSpan)
        } catch {
            throw .foreign("its answer cannot be read: \(error)")
        }
        guard let result = answer.result else { throw .foreign("it answers nothing") }
        if case .failure(let error) = result, let refusal = error.untaken(by: caller.server) {
            return try takeBack(answer.number, refusal)
        }
        if refused.contains(answer.number) { throw overtaken(answer.number) }
        backoff.succeeded()
        if forgotten.remove(answer.number) != nil { return }
        let entry = entries.remove(at: try place(of: answer.number))
        sent -= 1
        entry.conclude(result, caller.server)
        if isFinished && entries.isEmpty { end() }
    }

    private func place(of number: UInt64) throws(GRPCFailure) -> Int {
        guard let index = entries[..<sent].firstIndex(where: { $0.number == number }) else {
            throw .foreign("it answers an append that was not sent")
        }
        return index
    }

    /// The server has not taken an append, and takes none behind it on this call: they are sent by the next one, in their
    /// order.
    private func takeBack(_ number: UInt64, _ refusal: StoreError) throws(GRPCFailure) {
        if refused.remove(number) != nil { return }
        // Those whose time is up stood before all others.
        let first = forgotten.remove(number) != nil ? 0 : try place(of: number)
        for index in first..<sent {
            entries[index].refusal = refusal
            if entries[index].number != number { refused.insert(entries[index].number) }
        }
        sent = first
        isPaused = true
        call?.finish()
    }

    /// The server has recorded an append behind one that it did not take: nothing is known of those between.
    private func overtaken(_ number: UInt64) -> GRPCFailure {
        let words = "it takes an append behind one that it did not take"
        for index in entries.indices where refused.contains(entries[index].number) {
            entries[index].doubt = entries[index].doubt ?? .foreign(words, caller.server)
        }
        return .foreign(words)
    }

    func ended(_ failure: GRPCFailure?) {
        call = nil
        let trouble =
            failure.map { caller.trouble($0) }
            ?? .away(.unreachable("the server ended the call", caller.server), isUnbegun: false)
        if failure?.isUnbegun != true {
            for index in entries[..<sent].indices {
                entries[index].doubt = entries[index].doubt ?? trouble.error
            }
        }
        sent = 0
        forgotten = []
        refused = []
        if case .final(let error) = trouble {
            let all = entries
            entries = []
            // Whatever it was that the server had not taken: nothing is waited for any more.
            isPaused = false
            for entry in all { entry.conclude(.failure(error), caller.server) }
            return
        }
        give(up: { $0.rule == .never && $0.doubt != nil }, for: trouble.error)
        pause()
    }

    /// Says of some that it is not known, or that they were not sent.
    private func give(up isLost: (Entry) -> Bool, for error: StoreError) {
        let lost = entries.filter(isLost)
        if lost.isEmpty { return }
        entries.removeAll(where: isLost)
        for entry in lost { entry.conclude(.failure(error), caller.server) }
    }

    // MARK: Again

    private func pause() {
        guard !entries.isEmpty, let room else {
            isPaused = false
            return
        }
        isPaused = true
        _ = room.loop.after(milliseconds: backoff.failed()) { self.resume() }
    }

    private func resume() {
        guard let room, entries.contains(where: { $0.doubt != nil && $0.rule == .withinWindow })
        else {
            isPaused = false
            return push()
        }
        let request = V1.NamedRequest(journal: journal).encoded()
        room.begin(
            .unary(
                V1.getHead, request,
                deadlineMilliseconds: caller.options.patienceMilliseconds,
                messageBytesMax: room.options.messageBytesMax, on: room.loop
            ) { self.found($0) })
    }

    /// The server has told its head, or not.
    private func found(_ result: Result<[UInt8], GRPCFailure>) {
        switch result {
        case .success(let bytes):
            do throws(StoreError) {
                let head: V1.HeadResponse = try caller.decoded(bytes)
                give(
                    up: { $0.doubt != nil && !$0.rule.allows(from: $0.before, to: head.position) },
                    for: .windowPassed(caller.server))
            } catch {
                give(up: { _ in true }, for: error)
            }
            isPaused = false
            push()
        case .failure(let failure):
            let trouble = caller.trouble(failure)
            if case .away = trouble { return pause() }
            give(up: { _ in true }, for: trouble.error)
            isPaused = false
        }
    }

    // MARK: Time

    private func watch() {
        if timer != nil || entries.isEmpty { return }
        timer = room?.loop.after(milliseconds: Self.tickMilliseconds) { [weak self] in
            guard let self else { return }
            timer = nil
            tick()
            watch()
        }
    }

    /// Those whose time is up stand before the others: each has as much.
    private func tick() {
        let now = caller.time.bootNanoseconds()
        while let first = entries.first, first.end <= now {
            entries.removeFirst()
            var entry = first
            let milliseconds = caller.options.patienceMilliseconds
            let late = StoreError.unreachable(
                "no answer came within \(milliseconds) ms", caller.server)
            if sent > 0 {
                sent -= 1
                forgotten.insert(entry.number)
                entry.doubt = entry.doubt ?? late
            }
            entry.conclude(.failure(entry.refusal ?? late), caller.server)
        }
        if isFinished && entries.isEmpty { end() }
    }
}

extension Pipeline.Entry {
    /// Tells what came of it: where a try may have been recorded, a failure that decides nothing says so.
    fileprivate func conclude(_ result: Result<Appended, StoreError>, _ server: ServerAddress) {
        if case .failure(let error) = result, !error.isDecision, let doubt {
            return done(.failure(.unknownOutcome("the append", why: doubt.why, rule, server)))
        }
        done(result)
    }
}
