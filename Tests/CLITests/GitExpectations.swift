import Daybook
import DaybookStoreContract
import Testing

@testable import DaybookCLI

/// Imports a repository and expects that the events lead to git's tree at every commit, told by
/// other commands of git than the importer uses.
@discardableResult
func expectFaithfulImport(
    of sandbox: GitSandbox, into store: any EventStore = ModelStore(),
    limits: GitAppendLimits = GitAppendLimits(),
    sourceLocation: SourceLocation = #_sourceLocation
) async throws -> GitReport {
    var importer = GitImporter(repository: sandbox.path, store: store)
    importer.limits = limits
    let report = try await importer.run()
    let chain = try sandbox.chain()
    #expect(report.head?.description == chain.last?.commit, sourceLocation: sourceLocation)
    #expect(report.commitsInAll == chain.count, sourceLocation: sourceLocation)

    let verification = try await GitVerifier(store: store, stream: report.stream).run()
    #expect(verification.mismatch == nil, sourceLocation: sourceLocation)
    #expect(verification.commitsRight == chain.count, sourceLocation: sourceLocation)
    #expect(!verification.endsInsideCommit, sourceLocation: sourceLocation)

    let trees = try await rebuiltTrees(report.stream, in: store)
    #expect(trees.map(\.commit) == chain.map(\.commit), sourceLocation: sourceLocation)
    #expect(trees.map(\.tree) == chain.map(\.tree), sourceLocation: sourceLocation)

    let state = try #require(try await GitState.read(report.stream, at: .last, in: store))
    var files: [String] = []
    state.tree.forEachFile { path, entry in
        files.append("\(entry.mode) \(entry.object) \(GitText.escaped(path))")
    }
    let listed = try sandbox.git("ls-tree -r -z --full-tree HEAD")
    #expect(files.count == listed.utf8.count { $0 == 0 }, sourceLocation: sourceLocation)
    #expect(state.tree.fileCount == files.count, sourceLocation: sourceLocation)
    return report
}

/// The hash of the tree at every commit, computed from events.
func rebuiltTrees(
    _ stream: String, in store: any EventStore
) async throws -> [(commit: String, tree: String)] {
    var history = GitHistory()
    var trees: [(String, String)] = []
    let cursor = try store.cursor(.stream(stream))
    while let batch = try await cursor.next() {
        for index in batch.indices {
            if let checked = try history.take(batch.view(at: index)) {
                trees.append((checked.commit.hash.description, checked.computed.description))
            }
        }
    }
    if let last = history.finish() {
        trees.append((last.commit.hash.description, last.computed.description))
    }
    return trees
}

/// A store whose events can be changed on their way in, or refused.
final class MeddlingStore: ForwardingStore {
    let inner = ModelStore()
    let delay: @Sendable () async -> Void
    let meddle: @Sendable (Append) throws(StoreError) -> Append

    init(
        _ meddle: @escaping @Sendable (Append) throws(StoreError) -> Append = { $0 },
        delay: @escaping @Sendable () async -> Void
    ) {
        self.delay = delay
        self.meddle = meddle
    }

    convenience init(_ meddle: @escaping @Sendable (Append) throws(StoreError) -> Append) {
        self.init(meddle, delay: {})
    }

    func append(_ append: Append) async throws(StoreError) -> Appended {
        await delay()
        return try await inner.append(meddle(append))
    }
}
