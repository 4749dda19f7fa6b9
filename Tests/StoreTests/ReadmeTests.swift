import Daybook
import DaybookStore
import Testing

@Suite struct `The example of the README` {
    @Test func `Records an account and refuses to open it twice`() async throws {
        let folder = try TemporaryFolder()
        try await openAccount(in: folder.path)
        let store = try await EmbeddedStore.open(at: folder.path, .existing)
        let recorded = try await store.events(.stream("account-17"))
        #expect(recorded.map(\.type) == ["account-opened", "money-paid-in"])
        try await store.close()

        let again = await #expect(throws: StoreError.self) {
            try await openAccount(in: folder.path)
        }
        #expect(again?.code == .wrongRevision)
    }
}
