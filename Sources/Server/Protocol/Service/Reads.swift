internal import Daybook
internal import DaybookBytes
internal import DaybookDesk
internal import DaybookGRPC
internal import DaybookProtocol
internal import DaybookStore

extension ProtocolService {
    func read(_ bytes: RawSpan, _ call: GRPCCall) throws(GRPCStatus) -> any GRPCAnswer {
        let request: V1.SentRead = try Self.decoded(bytes)
        let keptBytes = Self.keptBytes(of: bytes)
        return LateAnswer(request.place, desks, call) { desk throws(StoreError) in
            let conversation = ReadingConversation(
                try request.read(), history: desk.store.history, head: desk.store.headPosition)
            return ReadAnswer(
                GRPCReadSink(call), conversation, desk.reading, keptBytes: keptBytes)
        }
    }

    func subscribe(_ bytes: RawSpan, _ call: GRPCCall) throws(GRPCStatus) -> any GRPCAnswer {
        let request: V1.SentSubscription = try Self.decoded(bytes)
        let keptBytes = Self.keptBytes(of: bytes)
        return LateAnswer(request.place, desks, call) { desk throws(StoreError) in
            let conversation = FollowingConversation(try request.subscription(), desk.store)
            let places = desk.reading.places
            guard places.take() else {
                throw .busy(
                    "The subscription was not taken",
                    why: "as many as the server allows (`subscribers-max`) are under way")
            }
            call.isEndless()
            return ReadAnswer(
                GRPCReadSink(call), conversation, desk.reading, keptBytes: keptBytes
            ) { places.leave() }
        }
    }

    /// What is asked for is kept as long as the answer goes on: names in memory take more than as bytes.
    private static func keptBytes(of request: RawSpan) -> Int { 4 * request.byteCount }
}

extension EmbeddedStore {
    /// As answers tell it.
    var history: String { V1.history(journal: identity.journal, epoch: identity.epoch) }

    /// Checks that a journal has the history that a client knows.
    /// - Throws: `wrongCheckpoint`.
    fileprivate func check(history known: String) throws(StoreError) {
        if known.isEmpty || known.isSpelled(as: history) { return }
        throw StoreError(
            .wrongCheckpoint, "The journal has another history than the request expects",
            why: "it is another journal, or was restored, forked or cut since",
            remedy: "Begin again from the beginning, or from a checkpoint taken in this journal.",
            place: "journal \(journalName)")
    }
}

/// An answer from a journal that may have to be opened before.
final class LateAnswer: GRPCAnswer {
    private var answer: (any GRPCAnswer)?
    private var isOver = false
    private var isDraining = false

    /// - Parameter begin: makes the answer once the journal is found; it is begun when it is made.
    init<Conversation>(
        _ place: V1.Place, _ desks: JournalDesks, _ call: GRPCCall,
        _ make: @escaping (StoreDesk) throws(StoreError) -> ReadAnswer<Conversation>
    ) {
        desks.find(place.journal, on: call.loop) { [self] found in
            if isOver { return }
            do throws(StoreError) {
                let desk = try found.get()
                try desk.store.check(history: place.history)
                let answer = try make(desk)
                self.answer = answer
                answer.begin()
                if isDraining { answer.drain() }
            } catch {
                isOver = true
                call.finish(V1.status(error))
            }
        }
    }

    func writable() { answer?.writable() }
    func cancelled() {
        isOver = true
        answer?.cancelled()
    }
    func drain() {
        isDraining = true
        answer?.drain()
    }
    var keptBytes: Int { answer?.keptBytes ?? 0 }
}
