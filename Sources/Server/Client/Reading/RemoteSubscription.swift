internal import Daybook
internal import DaybookGRPC
internal import DaybookProtobuf
internal import DaybookProtocol

/// A subscription over the wire. Where its connection is lost it goes on over another one, behind what it gave last, for
/// as long as it takes.
final class RemoteSubscription: SubscriptionCursor {
    private let store: RemoteStore
    private var progress: SubscriptionProgress
    private var call: StreamedCall<V1.SentSignal>?
    private var backoff: Backoff

    init(_ subscription: Subscription, _ store: RemoteStore) {
        self.store = store
        progress = SubscriptionProgress(subscription)
        backoff = store.caller.backoff
    }

    deinit { drop() }

    /// Waits until the server has begun.
    func begin() async throws(StoreError) {
        var patience = Patience(store.caller)
        while true {
            if Task.isCancelled { throw .cancelled() }
            try store.gate.check()
            let trouble: CallTrouble
            switch await (call ?? open()).next() {
            case .cancelled: throw .cancelled()
            case .element(let sent):
                guard case .started = sent else {
                    throw .foreign("it does not say where it begins", store.server)
                }
                _ = try take(sent)
                return
            case .ended(nil): trouble = lost
            case .ended(let failure?): trouble = store.caller.trouble(failure)
            }
            drop()
            guard case .away = trouble, let milliseconds = patience.nextPause() else {
                throw trouble.error
            }
            try? await Task.sleep(for: .milliseconds(milliseconds))
        }
    }

    func next() async throws(StoreError) -> SubscriptionSignal? {
        while true {
            if Task.isCancelled { return nil }
            try store.gate.check()
            let trouble: CallTrouble
            switch await (call ?? open()).next() {
            case .cancelled: return nil
            case .element(let sent):
                if let signal = try take(sent) { return signal }
                continue
            case .ended(nil): trouble = lost
            case .ended(let failure?): trouble = store.caller.trouble(failure)
            }
            drop()
            if case .final(let error) = trouble { throw error }
            try? await Task.sleep(for: .milliseconds(backoff.failed()))
        }
    }

    private var lost: CallTrouble {
        .away(.unreachable("the server ended the subscription", store.server), isUnbegun: false)
    }

    private func take(_ sent: V1.SentSignal) throws(StoreError) -> SubscriptionSignal? {
        backoff.succeeded()
        switch sent {
        case .started(let position, let history):
            try progress.began(behind: position, history: history, from: store.server)
            return nil
        case .signal(let signal):
            try progress.take(signal, from: store.server)
            return signal
        case .unknown: return nil
        }
    }

    private func open() -> StreamedCall<V1.SentSignal> {
        var writer = ProtobufWriter()
        progress.rest.encode(
            V1.Place(journal: store.journal, history: progress.history), into: &writer)
        let call = store.stream(V1.subscribe, writer.array) { (bytes) throws(ProtobufError) in
            try V1.SentSignal(bytes)
        }
        self.call = call
        return call
    }

    private func drop() {
        guard let call = call.take() else { return }
        store.gate.remove(ObjectIdentifier(call))
    }
}
