internal import Daybook
package import DaybookGRPC
package import DaybookPlatform
package import DaybookStore

/// The methods of KurrentDB's protocol that write to a store.
package struct WritingDesk: Sendable {
    let store: EmbeddedStore
    let time: any TimeSource
    let incoming: IncomingBytes

    /// - Parameter incomingBytesMax: Bytes of events that wait for the rest of their append, of all clients together.
    package init(_ store: EmbeddedStore, time: any TimeSource, incomingBytesMax: Int) {
        self.store = store
        self.time = time
        incoming = IncomingBytes(bytesMax: incomingBytesMax)
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
        let judge: @Sendable (Result<StreamInfo, StoreError>) -> Void = { found in
            done(
                Result { () throws(StoreError) in
                    let state = try found.get().state
                    try condition.check(stream, in: state, isWritten: true)
                    return state.last
                })
        }
        do throws(StoreError) {
            try StreamName.validateWritten(stream)
            if case .found(let info) = try store.lookUp(.stream(stream), waiting: judge) {
                judge(.success(info))
            }
        } catch {
            done(.failure(error))
        }
    }
}
