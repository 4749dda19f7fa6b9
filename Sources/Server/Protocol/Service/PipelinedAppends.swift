internal import Daybook
internal import DaybookBytes
internal import DaybookDesk
internal import DaybookGRPC
internal import DaybookHTTP
internal import DaybookProtocol
internal import DaybookStore

/// An `AppendPipelined`: appends one behind the other, of each journal recorded in the order in which they came.
final class PipelinedAppends: GRPCMethod {
    private let call: GRPCCall
    private let desks: JournalDesks
    /// Whose order the appends of a journal keep, by its name.
    private var submitters: [String: StoreSubmitter] = [:]
    /// Appends that have no answer yet.
    private var unanswered = 0
    /// Answers that wait to be sent together.
    private var answers = GRPCMessages(capacity: 0)
    private var isSending = false
    /// Why it takes no more: those that come behind one that was not taken would overtake it when it is sent again.
    private var refusal: StoreError?
    /// What keeps it from taking more for a while.
    private var isStoreFull = false
    private var isOpening = false
    private var hasEnded = false
    private var isDraining = false

    init(_ call: GRPCCall, _ desks: JournalDesks) {
        self.call = call
        self.desks = desks
        // Clients keep one for as long as they run.
        call.isEndless()
        call.accept()
    }

    func message(_ bytes: borrowing RawSpan) throws(GRPCStatus) {
        let bytes = copy bytes
        let sent: V1.SentPipelined
        do throws(StoreError) { sent = try V1.SentPipelined(bytes) } catch {
            throw V1.status(error)
        }
        unanswered += 1
        do throws(StoreError) {
            if let refusal { throw refusal }
            let append = try ReceivedAppend(
                bytes.extracting(sent.append), desks.first.appends.incoming(call.connection))
            begin(append, sent.number)
        } catch {
            answered(sent.number, .failure(error))
        }
    }

    func end() {
        hasEnded = true
        finishIfDone()
    }

    func writable() { resumeIfFree() }

    /// Takes no more, and ends when what the store has is answered.
    func drain() {
        isDraining = true
        call.hold()
        finishIfDone()
    }

    private func begin(_ append: ReceivedAppend, _ number: UInt64) {
        if let desk = desks[append.journal] { return submit(append, number, desk) }
        isOpening = true
        call.hold()
        desks.find(append.journal, on: call.loop) { [self] found in
            isOpening = false
            switch found {
            case .success(let desk): submit(append, number, desk)
            case .failure(let error): answered(number, .failure(error))
            }
            resumeIfFree()
        }
    }

    private func submit(_ append: ReceivedAppend, _ number: UInt64, _ desk: StoreDesk) {
        let name = desk.store.journalName
        let submitter = submitters[name] ?? StoreSubmitter()
        if submitters[name] == nil { submitters[name] = submitter }
        desk.appends.submit(
            append.proposed, from: submitter, on: call.loop, for: self
        ) { $0.answered(number, $1) }
        waitForRoom(desk)
    }

    private func waitForRoom(_ desk: StoreDesk) {
        if desk.store.hasRoom || isStoreFull { return }
        isStoreFull = true
        call.hold()
        let bound = LoopBound(self, on: call.loop)
        desk.store.whenRoom {
            bound.post { call in
                call.isStoreFull = false
                call.resumeIfFree()
            }
        }
    }

    private func answered(_ number: UInt64, _ result: Result<Appended, StoreError>) {
        if case .failure(let error) = result, error.isForNow { refusal = refusal ?? error }
        answers.add { V1.encode(result, number: number, into: &$0) }
        if isSending { return }
        // Those that are answered by one sync come one behind the other.
        isSending = true
        LoopBound(self, on: call.loop).post { $0.send() }
    }

    private func send() {
        isSending = false
        let count = answers.count
        call.send(&answers)
        answers = GRPCMessages(capacity: 0)
        unanswered -= count
        // A client that does not take its answers is not to ask for more.
        if !call.isWritable { call.hold() }
        finishIfDone()
    }

    private func resumeIfFree() {
        if !isStoreFull && !isOpening && !isDraining && call.isWritable { call.resume() }
    }

    private func finishIfDone() {
        if unanswered > 0 { return }
        if hasEnded { call.finish() } else if isDraining { call.finish(.ending) }
    }
}
