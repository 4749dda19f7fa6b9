import Daybook
import DaybookStoreContract
import Synchronization
import Testing

/// Truncating a stream while somebody else truncates all of it.
@Suite struct TruncationTests {
    /// A store in which somebody deletes a stream, as KurrentDB's clients do, once so many calls were made.
    private final class Interrupted: ForwardingStore {
        let inner: ModelStore
        private let left: Mutex<Int>

        init(_ inner: ModelStore, afterCalls calls: Int) {
            self.inner = inner
            left = Mutex(calls)
        }

        private func interrupt() async throws(StoreError) {
            let isNow = left.withLock { left in
                left -= 1
                return left == -1
            }
            if !isNow { return }
            try await inner.setMetadata(
                StreamMetadata(truncateBefore: StreamMetadata.truncatesAll), of: "account-1")
        }

        func stream(_ name: String) async throws(StoreError) -> StreamInfo {
            try await interrupt()
            return try await inner.stream(name)
        }

        @discardableResult
        func append(_ append: Append) async throws(StoreError) -> Appended {
            try await interrupt()
            return try await inner.append(append)
        }
    }

    /// Three events.
    private static var three: [Event] { (0..<3).map { _ in Event(type: "deposited") } }

    @Test(arguments: 0...5)
    func `What somebody else hides meanwhile does not come back`(calls: Int) async throws {
        let store = ModelStore()
        try await store.append(Self.three, to: "account-1")
        try await store.setMetadata(
            StreamMetadata(truncateBefore: StreamMetadata.truncatesAll), of: "account-1")
        try await store.append(Self.three, to: "account-1")
        try await Interrupted(store, afterCalls: calls).truncate("account-1", before: 4)
        let kept = try await store.events(.stream("account-1")).map(\.revision)
        // Behind the last call nobody deletes any more.
        #expect(kept == [] || calls >= 4 && kept == [4, 5], "after \(calls) calls: \(kept)")
        try await store.append([Event(type: "deposited")], to: "account-1")
        let info = try await store.stream("account-1")
        #expect(info.count == UInt64(kept.count) + 1)
    }
}
