internal import Daybook
internal import DaybookDesk
internal import DaybookGRPC
internal import DaybookHTTP
internal import DaybookStore

/// A `BatchAppend`: many appends on one call, each answered when it is recorded or refused. Those that are recorded
/// are so in the order in which they became whole; clients tell answers apart by their correlations.
final class BatchAppendCall: GRPCMethod {
    private let call: GRPCCall
    private let desk: WritingDesk
    private let submitter = StoreSubmitter()
    private var open = OpenBatches()
    /// Appends that the store has and has not answered.
    private var unanswered = 0
    /// Whether the store is too busy to take more.
    private var isStoreFull = false
    private var hasEnded = false
    private var isDraining = false

    init(_ call: GRPCCall, _ desk: WritingDesk) {
        self.call = call
        self.desk = desk
        // Clients keep one for as long as they run.
        call.isEndless()
    }

    func message(_ bytes: borrowing RawSpan) throws(GRPCStatus) {
        let request = try Streams.BatchAppendRequest.received(bytes)
        switch try open.take(request, of: bytes, desk.incoming(call), now: desk.now) {
        case .wait: break
        case .answer(let response): send(response)
        case .write(let batch): write(batch)
        }
    }

    var awaitsRest: Bool { !open.isEmpty }

    func end() {
        hasEnded = true
        finishIfDone()
    }

    func writable() { resumeIfFree() }

    /// Takes no more, and ends when what the store has is answered: clients keep such a call for as long as they run.
    func drain() {
        isDraining = true
        call.hold()
        finishIfDone()
    }

    private func write(_ batch: OpenBatches.Batch) {
        var batch = batch
        guard let proposed = batch.proposed.take(), !proposed.isEmpty else { return look(batch) }
        unanswered += 1
        desk.appends.submit(
            proposed, from: submitter, on: call.loop, for: (self, batch)
        ) { waiter, result in
            waiter.0.answered(waiter.1, result.mapError { .store($0) })
        }
        waitForRoom()
    }

    /// Answers an append without events.
    private func look(_ batch: OpenBatches.Batch) {
        unanswered += 1
        let bound = LoopBound((self, batch), on: call.loop)
        let condition = batch.expected?.condition ?? .any
        desk.look(at: batch.stream, expecting: condition) { result in
            bound.post { call, batch in call.looked(batch, result) }
        }
    }

    private func looked(_ batch: OpenBatches.Batch, _ result: Result<Revision?, StoreError>) {
        switch result {
        case .success(let last):
            unanswered -= 1
            send(batch.response(.success(revision: last, position: nil)))
            finishIfDone()
        case .failure(let error): answered(batch, .failure(.store(error)))
        }
    }

    private func answered(_ batch: OpenBatches.Batch, _ result: Result<Appended, WriteRefusal>) {
        unanswered -= 1
        send(batch.response(result))
        finishIfDone()
    }

    private func send(_ response: Streams.BatchAppendResponse) {
        call.send { response.encode(into: &$0) }
        // A client that does not take its answers is not to ask for more.
        if !call.isWritable { call.hold() }
    }

    private func waitForRoom() {
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

    private func resumeIfFree() {
        if !isStoreFull && !isDraining && call.isWritable { call.resume() }
    }

    private func finishIfDone() {
        if unanswered > 0 { return }
        if hasEnded { call.finish() } else if isDraining { call.finish(.notReady) }
    }
}
