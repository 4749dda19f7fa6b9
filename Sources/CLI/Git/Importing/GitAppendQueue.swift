internal import Daybook

/// Appends under way, in order: each is sent before the one before it is answered, so that one sync
/// of the journal serves many.
///
/// Each append expects the revision and the token that the one before it leaves, so they are
/// recorded in order or not at all. A store that looks at a later one first refuses it, which
/// changes nothing: what was refused so is sent again, one after the other.
struct GitAppendQueue: ~Copyable {
    /// Appends under way at most, and their bytes.
    static let appendsMax = 256
    static let bytesMax = 32 << 20

    private struct Sent {
        let append: Append
        let bytes: Int
        let answer: Task<Result<Appended, StoreError>, Never>
    }

    private let store: any EventStore
    private var sent: [Sent] = []
    private var bytes = 0

    init(_ store: any EventStore) { self.store = store }

    /// Sends an append, after waiting for earlier ones where too many are under way.
    mutating func send(_ append: Append, bytes size: Int) async throws(StoreError) {
        while !sent.isEmpty, sent.count >= Self.appendsMax || bytes + size > Self.bytesMax {
            try await settleFirst()
        }
        let store = store
        // It runs at once up to the point where it waits, so the store gets the appends in this
        // order.
        let answer = Task.immediate { () -> Result<Appended, StoreError> in
            do throws(StoreError) {
                return .success(try await store.append(append))
            } catch {
                return .failure(error)
            }
        }
        sent.append(Sent(append: append, bytes: size, answer: answer))
        bytes += size
    }

    /// Waits until all are answered.
    mutating func finish() async throws(StoreError) {
        while !sent.isEmpty { try await settleFirst() }
    }

    /// Waits until nothing is under way, whatever the answers are.
    mutating func abandon() async {
        for one in sent { _ = await one.answer.value }
        sent = []
    }

    private mutating func settleFirst() async throws(StoreError) {
        let first = sent.removeFirst()
        bytes -= first.bytes
        guard case .failure(let error) = await first.answer.value else { return }
        guard error.code == .wrongRevision || error.code == .wrongToken else { throw error }
        // Everything before it is recorded. It may have been looked at too early.
        let others = sent
        sent = []
        bytes = 0
        for one in others { _ = await one.answer.value }
        for one in [first] + others { try await store.append(one.append) }
    }
}
