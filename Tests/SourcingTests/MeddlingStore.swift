import Daybook
import DaybookStoreContract

/// A store in which somebody is quicker each time: something is done right before each append.
struct MeddlingStore: ForwardingStore {
    let inner: ModelStore
    let meddle: @Sendable (ModelStore, Append) async throws(StoreError) -> Void

    init(
        _ inner: ModelStore,
        _ meddle: @escaping @Sendable (ModelStore, Append) async throws(StoreError) -> Void
    ) {
        self.inner = inner
        self.meddle = meddle
    }

    func append(_ append: Append) async throws(StoreError) -> Appended {
        try await meddle(inner, append)
        return try await inner.append(append)
    }
}
