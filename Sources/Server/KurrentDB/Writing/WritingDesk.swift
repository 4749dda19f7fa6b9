package import Daybook
package import DaybookGRPC
internal import DaybookHTTP
package import DaybookPlatform
package import DaybookStore

/// The methods of KurrentDB's protocol that write to a store.
package final class WritingDesk: Sendable {
    let store: EmbeddedStore
    let time: any TimeSource
    private let incomingBytes: ClientBytes
    let count: @Sendable (_ events: Int, _ nanoseconds: Int64) -> Void
    let note: @Sendable (StoreError) -> Void

    /// - Parameters:
    ///   - incomingBytesMax: Bytes of events that wait for the rest of their append, of all clients together.
    ///   - count: Told of each append that was recorded, and how long that took, on a thread of the store's. A deletion
    ///     is an append of one event.
    ///   - note: Told of every failure of the store, also of those that only concern a request.
    package init(
        _ store: EmbeddedStore, time: any TimeSource, incomingBytesMax: Int,
        count: @escaping @Sendable (_ events: Int, _ nanoseconds: Int64) -> Void,
        note: @escaping @Sendable (StoreError) -> Void
    ) {
        self.store = store
        self.time = time
        incomingBytes = ClientBytes(
            .events, bytesMax: incomingBytesMax, requestBytesMax: Limits.appendBytesMax)
        self.count = count
        self.note = note
    }

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
    func incoming(_ call: GRPCCall) -> IncomingBytes {
        IncomingBytes(all: incomingBytes, connection: call.connection)
    }

    /// What time it is.
    var now: OpenBatches.Now {
        OpenBatches.Now(
            wall: time.wallMicroseconds(), steady: time.bootNanoseconds() / 1_000)
    }

    /// What an append without events comes to: whether the stream is as expected.
    /// - Parameter done: told the last revision of the stream, nil where there is none; here or on a thread of the
    ///   store's.
    func look(
        at stream: String, expecting condition: StreamCondition,
        done: @escaping @Sendable (Result<Revision?, StoreError>) -> Void
    ) {
        let note = note
        let judge: @Sendable (Result<StreamInfo, StoreError>) -> Void = { found in
            let result = Result { () throws(StoreError) in
                let state = try found.get().state
                try condition.check(stream, in: state, isWritten: true)
                return state.last
            }
            if case .failure(let error) = result { note(error) }
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
