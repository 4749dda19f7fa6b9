internal import Daybook
internal import DaybookGRPC
internal import DaybookHTTP
internal import DaybookPlatform
internal import DaybookStore

/// Handing appends to the store, the same for every way in which clients send them.
extension WritingDesk {
    /// Who waits for an answer of the store's, on the loop of its call.
    typealias Answer<Waiter> = @Sendable (Waiter, Result<Appended, StoreError>) -> Void

    /// Has an append recorded once the store has room, also where the client goes away after that; not where it has gone
    /// before. What the append held of the bytes that come in is given back with it.
    /// - Parameter answer: called on the loop of the call.
    func submit<Waiter>(
        _ proposed: ProposedAppend, of call: GRPCCall, for waiter: Waiter,
        answer: @escaping Answer<Waiter>
    ) {
        if store.hasRoom {
            return submit(proposed, from: nil, of: call, for: waiter, answer: answer)
        }
        let (desk, beganAt) = (self, time.bootNanoseconds())
        let bound = LoopBound((proposed, call, waiter), on: call.loop)
        store.whenRoom {
            bound.post { waiting in
                let (proposed, call, waiter) = waiting
                if call.isOver { return }
                desk.submit(
                    proposed, from: nil, of: call, for: waiter, since: beganAt, answer: answer)
            }
        }
    }

    /// Has an append recorded, whether or not the store has room.
    /// - Parameters:
    ///   - submitter: whose order it keeps; nil: nobody's.
    ///   - beganAt: when it was taken, by the clock that never goes back; nil: now.
    ///   - answer: called on the loop of the call.
    func submit<Waiter>(
        _ proposed: ProposedAppend, from submitter: StoreSubmitter?, of call: GRPCCall,
        for waiter: Waiter, since beganAt: Int64? = nil, answer: @escaping Answer<Waiter>
    ) {
        let awaited = AwaitedAppend(
            proposed, of: self, since: beganAt ?? time.bootNanoseconds(), on: call.loop,
            for: waiter, answer)
        do throws(StoreError) { try awaited.submit(proposed, from: submitter) } catch {
            note(error)
            answer(waiter, .failure(error))
        }
    }

    /// Tells those who count, and those who look after the store.
    func tell(
        _ result: Result<Appended, StoreError>, _ eventCount: Int, since beganAt: Int64
    ) {
        switch result {
        // Repeated, it was recorded and counted before.
        case .success(let appended) where appended.isDuplicate: break
        case .success: count(eventCount, time.bootNanoseconds() - beganAt)
        case .failure(let error): note(error)
        }
    }
}
