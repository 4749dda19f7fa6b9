import Daybook
import DaybookJSON
import DaybookStore
import DaybookStoreContract
import Testing

@testable import DaybookCLI

/// The model of the contract, as the command opens it: each opening goes on with what is there.
final class ModelOpened: FolderStore, ForwardingStore {
    let inner = ModelStore(id: FakeStore.journal)
    var openingNotes: [String] { [] }

    func statistics() async throws(StoreError) -> StoreStatistics { fatalError("not asked for") }
    func compact(
        bytesPerSecond: Int?, takesAll: Bool, compresses: Bool,
        progress: @escaping @Sendable (CompactionReport) -> Void
    ) async throws(StoreError) -> CompactionReport { fatalError("not asked for") }
    func previewCompaction(
        bytesPerSecond: Int?, takesAll: Bool,
        progress: @escaping @Sendable (CompactionReport) -> Void
    ) async throws(StoreError) -> CompactionReport { fatalError("not asked for") }
    func close() async throws(StoreError) {}
}

/// The commands over a store that keeps the whole contract.
@Suite(.timeLimit(.minutes(15))) struct ModelTests {
    let folder = Folder()
    let store = ModelOpened()
    var console: Console { Console(opening: store) }

    @Test func `An import and an import of its export give equal stores`() async throws {
        let file = try folder.write("a.jsonl", ImportCommandTests.lines(0..<3500))
        let first = await console.run("import", file, "--check-revisions")
        #expect(first.exit == .success, "\(first.errors)")
        #expect(await console.run("import", file).lines.last == "nothing new")
        let out = folder.path + "/out.jsonl.zst"
        #expect(await console.run("export", "--output", out).exit == .success)
        let copy = ModelOpened()
        let second = await Console(opening: copy).run("import", out, "--check-revisions")
        #expect(second.exit == .success, "\(second.errors)")
        let (one, two) = (try await store.inner.events(Read()), try await copy.inner.events(Read()))
        #expect(one.count == 3500)
        #expect(one.map(\.event) == two.map(\.event))
        #expect(one.map(\.stream) == two.map(\.stream))
        #expect(one.map(\.revision) == two.map(\.revision))
    }

    @Test func `What the store refuses is told in its words`() async throws {
        _ = await console.run("append", "account-1", "--type", "opened", "--data", #"{"a":1}"#)
        let again = await console.run("append", "account-1", "--type", "opened", "--expect", "none")
        #expect(again.exit == .refused)
        #expect(again.errors.contains("its last revision is 0"))
        #expect(await console.run("append", "$mine", "--type", "t").exit == .refused)
        #expect(await console.run("append", "a\u{1}", "--type", "t").exit == .refused)
        #expect(await console.run("read", "account-2").exit == .notFound)
        #expect(await console.run("read", "--all", "--from", "99").exit == .success)
    }

    @Test func `A deleted stream is gone, and reopens`() async throws {
        _ = await console.run("append", "account-1", "--type", "opened", "--data", #"{"a":1}"#)
        #expect(await console.run("delete", "account-1").exit == .success)
        #expect(await console.run("read", "account-1").exit == .notFound)
        #expect(await console.run("state", "account-1").exit == .notFound)
        #expect(await console.run("streams").output.contains("deleted"))
        _ = await console.run("append", "account-1", "--type", "opened", "--data", #"{"b":2}"#)
        let state = try parsed(await console.run("state", "account-1", "--json").output)
        #expect(state["state"] == ["b": 2])
        #expect(state["revision"] == 1)
        _ = await console.run("delete", "account-1", "--tombstone")
        let dead = await console.run("append", "account-1", "--type", "t", "--json")
        #expect(try parsed(dead.errors)["error"]?["code"] == "streamDeleted")
    }

    @Test func `Following begins without a gap`() async throws {
        for number in 0..<5 {
            _ = await console.run("append", "s", "--type", "t", "--data", "\(number)")
        }
        let tail = await console.run("tail", "s", "--from", "2", "--limit", "3", "--json")
        #expect(try tail.lines.map { try parsed($0)["data"]?.asInt64 } == [2, 3, 4])
        let last = await console.run("tail", "--all", "--last", "2", "--limit", "2", "--json")
        #expect(try last.lines.map { try parsed($0)["data"]?.asInt64 } == [3, 4])
    }
}
