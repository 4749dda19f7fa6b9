internal import Daybook
internal import DaybookGRPC
internal import DaybookProtobuf
internal import DaybookProtocol

/// A read over the wire. Where its connection is lost it goes on over another one.
final class RemoteCursor: EventCursor {
    private let store: RemoteStore
    private var progress: ReadProgress
    private var call: StreamedCall<V1.SentBatch>?
    /// Since nothing came; nil while something does.
    private var patience: Patience?

    init(_ read: Read, _ store: RemoteStore) {
        self.store = store
        progress = ReadProgress(read)
    }

    deinit { drop() }

    func next() async throws(StoreError) -> EventBatch? {
        while true {
            if Task.isCancelled { throw .cancelled() }
            try store.gate.check()
            if progress.isOver {
                drop()
                return nil
            }
            let call = call ?? open()
            switch await call.next() {
            case .cancelled: throw .cancelled()
            case .element(let sent): if let batch = try take(sent) { return batch }
            case .ended(nil):
                drop()
                progress.end()
                return nil
            case .ended(let failure?):
                drop()
                try await recover(store.caller.trouble(failure))
            }
        }
    }

    private func take(_ sent: V1.SentBatch) throws(StoreError) -> EventBatch? {
        patience = nil
        if !sent.history.isEmpty {
            progress.began(history: sent.history, head: sent.head)
            store.note(sent.head)
        }
        guard let events = sent.events else { return nil }
        return try progress.take(events, from: store.server)
    }

    private func open() -> StreamedCall<V1.SentBatch> {
        var writer = ProtobufWriter()
        progress.rest.encode(
            V1.Place(journal: store.journal, history: progress.history), into: &writer)
        let call = store.stream(V1.read, writer.array) { (bytes) throws(ProtobufError) in
            try V1.SentBatch(bytes)
        }
        self.call = call
        return call
    }

    private func recover(_ trouble: CallTrouble) async throws(StoreError) {
        var patience = patience ?? Patience(store.caller)
        guard case .away = trouble, let milliseconds = patience.nextPause() else {
            throw trouble.error
        }
        self.patience = patience
        // Ends early in a task that is cancelled, which is looked at next.
        try? await Task.sleep(for: .milliseconds(milliseconds))
    }

    private func drop() {
        guard let call = call.take() else { return }
        store.gate.remove(ObjectIdentifier(call))
    }
}

extension RemoteStore {
    /// Begins a call with many answers, which ends when the store is closed.
    func stream<Element: Sendable>(
        _ path: String, _ message: [UInt8],
        _ decode: @escaping @Sendable (borrowing RawSpan) throws(ProtobufError) -> Element
    ) -> StreamedCall<Element> {
        let call = StreamedCall<Element>(
            path, message, on: caller.channel,
            patienceMilliseconds: caller.options.patienceMilliseconds,
            bytesMax: caller.options.bytesAheadMax
        ) { (bytes) throws(GRPCFailure) in
            do throws(ProtobufError) { return try decode(bytes) } catch {
                throw .foreign("its answer cannot be read: \(error)")
            }
        }
        gate.add(call) { [weak call] in call?.close() }
        return call
    }
}
