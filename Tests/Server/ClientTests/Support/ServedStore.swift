import Daybook
import DaybookPlatform
import DaybookStore
import DaybookStoreContract
import Foundation
import Synchronization
import Testing

@testable import DaybookClient
@testable import DaybookServer

/// A server over a real socket and a real store, in this process.
final class ServedStore: Sendable {
    let folder: String
    let port: Int
    private let server: Mutex<Server?>

    init(in folder: String? = nil, port: Int = 0, _ flags: [String: String] = [:]) async throws {
        let folder =
            folder
            ?? FileManager.default.temporaryDirectory
            .appending(path: "daybook-client-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        let flags = ["port": "\(port)", "store": folder, "loops": "1"].merging(flags) { $1 }
        let configuration = try Configuration.resolve(flags: flags)
        let log = try Log.start(level: .error, format: .json)
        let started = try await Server.start(
            ServerSetup(configuration, version: "0.1.0", log: log))
        _ = try await started.open()
        self.folder = folder
        self.port = started.port
        server = Mutex(started)
    }

    /// One at a port that nobody is given who asks for any: it can be taken again when it was left.
    static func atPortOfItsOwn(_ flags: [String: String] = [:]) async throws -> ServedStore {
        while true {
            do {
                return try await ServedStore(port: .random(in: 20_000..<30_000), flags)
            } catch let error as ServerError where error.code == .addressInUse {}
        }
    }

    var address: ServerAddress {
        get throws { try ServerAddress("daybook://127.0.0.1:\(port)") }
    }

    /// Ends the server; the folder stays.
    func stop() async throws {
        let server = server.withLock { $0.take() }
        try await server?.drain()
    }

    func remove() async throws {
        try await stop()
        try FileManager.default.removeItem(atPath: folder)
    }

    /// What is recorded, read without any server: it has to be stopped.
    func recorded(_ read: Read = Read()) async throws -> [RecordedEvent] {
        let store = try await EmbeddedStore.open(at: folder)
        let events = try await store.events(read)
        try await store.close()
        return events
    }

    func connect(
        _ adjust: (inout RemoteStoreOptions) -> Void = { _ in }
    ) async throws -> RemoteStore {
        var options = RemoteStoreOptions()
        adjust(&options)
        return try await RemoteStore.connect(to: address, options: options)
    }
}

extension ContractEngine {
    /// Each store is that of a server of its own, which ends when its store is closed.
    static var overTheWire: ContractEngine {
        let folders = Folders()
        return ContractEngine {
            try await WireStore(ServedStore(in: folders.fresh()))
        } reopen: { store in
            guard let store = store as? WireStore else { throw StoreError.closed() }
            return try await WireStore(ServedStore(in: store.server.folder))
        }
    }
}

/// Folders that go when nobody needs them any more.
private final class Folders: Sendable {
    private let root =
        FileManager.default.temporaryDirectory
        .appending(path: "daybook-client-\(UUID().uuidString)")

    deinit { try? FileManager.default.removeItem(at: root) }

    func fresh() -> String { root.appending(path: UUID().uuidString).path }
}

/// A store over the wire that ends its server with itself.
final class WireStore: ForwardingStore {
    let inner: RemoteStore
    let server: ServedStore

    init(_ server: ServedStore) async throws {
        self.server = server
        inner = try await server.connect()
    }

    func close() async throws(StoreError) {
        try await inner.close()
        do { try await server.stop() } catch { Issue.record("\(error)") }
    }
}
