internal import Daybook
package import DaybookDesk
package import DaybookGRPC
internal import DaybookPlatform
internal import DaybookStore

/// The methods of KurrentDB's protocol that write to a store.
package final class WritingDesk: Sendable {
    let appends: AppendDesk
    var store: EmbeddedStore { appends.store }

    package init(_ appends: AppendDesk) { self.appends = appends }

    package func add(to router: inout GRPCRouter) {
        let desk = self
        router.add(Streams.append) { AppendCall($0, desk) }
        router.add(Streams.batchAppend) { BatchAppendCall($0, desk) }
        router.unary(Streams.delete) { (request: Streams.DeleteRequest, call) throws(GRPCStatus) in
            try desk.delete(.soft, request, call)
        }
        router.unary(Streams.tombstone) {
            (request: Streams.DeleteRequest, call) throws(GRPCStatus) in
            try desk.delete(.tombstone, request, call)
        }
        router.add(StreamsV2.appendSession) { AppendSessionCall($0, desk) }
        router.unary(StreamsV2.appendRecords) {
            (request: StreamsV2.AppendRecordsRequest, call) throws(GRPCStatus) in
            try desk.appendRecords(request, call)
        }
    }

    /// Where the events of a call are counted.
    func incoming(_ call: GRPCCall) -> IncomingBytes { appends.incoming(call.connection) }

    /// Has an append recorded once the store has room, unless its client has gone before.
    /// - Parameter answer: called on the loop of the call.
    func submit<Waiter>(
        _ proposed: ProposedAppend, of call: GRPCCall, for waiter: Waiter,
        answer: @escaping AppendDesk.Answer<Waiter>
    ) {
        appends.submit(
            proposed, on: call.loop, for: waiter, isOver: call.isOver, answer: answer)
    }

    /// What time it is.
    var now: OpenBatches.Now {
        OpenBatches.Now(
            wall: appends.time.wallMicroseconds(),
            steady: appends.time.bootNanoseconds() / 1_000)
    }

    /// What an append without events comes to: whether the stream is as expected.
    /// - Parameter done: told the last revision of the stream, nil where there is none; here or on a thread of the
    ///   store's.
    func look(
        at stream: String, expecting condition: StreamCondition,
        done: @escaping @Sendable (Result<Revision?, StoreError>) -> Void
    ) {
        let appends = appends
        let judge: @Sendable (Result<StreamInfo, StoreError>) -> Void = { found in
            let result = Result { () throws(StoreError) in
                let state = try found.get().state
                try condition.check(stream, in: state, isWritten: true)
                return state.last
            }
            if case .failure(let error) = result { appends.note(error) }
            done(result)
        }
        do throws(StoreError) {
            try StreamName.validateWritten(stream)
            if case .found(let info) = try store.lookUp(.stream(stream), waiting: judge) {
                judge(.success(info))
            }
        } catch {
            judge(.failure(error))
        }
    }
}
