package import Daybook
package import DaybookGRPC
package import DaybookHTTP
package import DaybookPlatform
package import DaybookStore

/// What all who write to a store have in common, by whatever protocol.
package final class AppendDesk: Sendable {
    /// Who waits for an answer of the store's, on the loop of its call.
    package typealias Answer<Waiter> = @Sendable (Waiter, Result<Appended, StoreError>) -> Void

    package let store: EmbeddedStore
    package let time: any TimeSource
    private let incomingBytes: ClientBytes
    private let count: @Sendable (_ events: Int, _ nanoseconds: Int64) -> Void
    private let note: @Sendable (StoreError) -> Void

    /// - Parameters:
    ///   - incomingBytes: Of events that wait for the rest of their append, of all clients together.
    ///   - count: Told of each append that was recorded, and how long that took, on a thread of the store's. A deletion
    ///     is an append of one event.
    ///   - note: Told of every failure of the store, also of those that only concern a request.
    package init(
        _ store: EmbeddedStore, time: any TimeSource, incomingBytes: ClientBytes,
        count: @escaping @Sendable (_ events: Int, _ nanoseconds: Int64) -> Void,
        note: @escaping @Sendable (StoreError) -> Void
    ) {
        self.store = store
        self.time = time
        self.incomingBytes = incomingBytes
        self.count = count
        self.note = note
    }

    /// Where the events of a call are counted.
    package func incoming(_ connection: ConnectionBytes) -> IncomingBytes {
        IncomingBytes(all: incomingBytes, connection: connection)
    }

    /// Has an append recorded once the store has room, also where the client goes away after that; not where it has gone
    /// before. What the append held of the bytes that come in is given back with it.
    /// - Parameters:
    ///   - isOver: whether the client has gone; asked on the loop.
    ///   - answer: called on the loop.
    package func submit<Waiter>(
        _ proposed: ProposedAppend, on loop: any EventLoop, for waiter: Waiter,
        isOver: @autoclosure @escaping () -> Bool, answer: @escaping Answer<Waiter>
    ) {
        if store.hasRoom {
            return submit(proposed, from: nil, on: loop, for: waiter, answer: answer)
        }
        let (desk, beganAt) = (self, time.bootNanoseconds())
        let bound = LoopBound((proposed, waiter, isOver), on: loop)
        store.whenRoom {
            bound.post { waiting in
                let (proposed, waiter, isOver) = waiting
                if isOver() { return }
                desk.submit(
                    proposed, from: nil, on: loop, for: waiter, since: beganAt, answer: answer)
            }
        }
    }

    /// Has an append recorded, whether or not the store has room.
    /// - Parameters:
    ///   - submitter: whose order it keeps; nil: nobody's.
    ///   - beganAt: when it was taken, by the clock that never goes back; nil: now.
    ///   - answer: called on the loop.
    package func submit<Waiter>(
        _ proposed: ProposedAppend, from submitter: StoreSubmitter?, on loop: any EventLoop,
        for waiter: Waiter, since beganAt: Int64? = nil, answer: @escaping Answer<Waiter>
    ) {
        let awaited = AwaitedAppend(
            proposed, of: self, since: beganAt ?? time.bootNanoseconds(), on: loop,
            for: waiter, answer)
        do throws(StoreError) { try awaited.submit(proposed, from: submitter) } catch {
            note(error)
            answer(waiter, .failure(error))
        }
    }

    /// Has a stream deleted.
    /// - Parameter answer: called on the loop.
    /// - Throws: as `EmbeddedStore.submit`; it is noted.
    package func delete<Waiter>(
        _ stream: String, _ kind: Deletion, expecting condition: StreamCondition,
        on loop: any EventLoop, for waiter: Waiter,
        answer: @escaping @Sendable (Waiter, Result<Position, StoreError>) -> Void
    ) throws(StoreError) {
        let bound = LoopBound(waiter, on: loop)
        let beganAt = time.bootNanoseconds()
        let desk = self
        do throws(StoreError) {
            try store.submit(
                deleting: stream, kind, expecting: condition, from: StoreSubmitter()
            ) { result in
                switch result {
                case .success: desk.count(1, desk.time.bootNanoseconds() - beganAt)
                case .failure(let error): desk.note(error)
                }
                bound.post { answer($0, result) }
            }
        } catch {
            note(error)
            throw error
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

    /// Tells those who look after the store of a failure.
    package func note(_ error: StoreError) { note(error) }
}
