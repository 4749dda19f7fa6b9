import Daybook
import DaybookPlatform
import Synchronization
import Testing

@testable import DaybookClient

/// A client through a proxy that cuts connections, delays and halves what goes over them, keeps answers back, refuses and
/// corrupts: what is recorded stands once, in order and as it was sent.
///
/// `DAYBOOK_THOROUGH=1` tries many more seeds.
@Suite(.serialized, .timeLimit(.minutes(15))) struct ProxyTests {
    private static let seeds: [UInt64] = {
        let first = SystemRandomness().next() % 1_000_000
        let count: UInt64 = Host.environment("DAYBOOK_THOROUGH") == "1" ? 100 : 3
        print("proxies by the seeds from \(first)")
        return (0..<count).map { first + $0 }
    }()

    @Test(arguments: seeds)
    func
        `Whatever happens to its connections, each append is recorded once and each event told once`(
            seed: UInt64
        ) async throws
    {
        try await tryOut(MischiefPlan(seed: seed), on: ServedStore(), "")
    }

    @Test(arguments: seeds)
    func `Under TLS that holds for corrupted bytes as well`(seed: UInt64) async throws {
        let authority = try TestAuthority()
        try await tryOut(
            MischiefPlan(seed: seed, corrupts: true),
            on: ServedStore(authority.vouch(for: "IP:127.0.0.1")),
            "?tlsCaFile=\(authority.file)")
    }

    private func connect(
        to port: Int, _ query: String, patience: Duration = .seconds(60)
    ) async throws -> RemoteStore {
        let address = try ServerAddress("daybook://127.0.0.1:\(port)" + query)
        var options = RemoteStoreOptions()
        options.patience = patience
        options.connectionsMax = 3
        while true {
            do throws(StoreError) {
                return try await RemoteStore.connect(to: address, options: options)
            } catch { if !error.isOfTheWay { throw error } }
        }
    }

    private func tryOut(
        _ plan: MischiefPlan, on server: ServedStore, _ query: String
    ) async throws {
        let proxy = try Proxy(to: server.port) { plan.mischief($0) }
        let store = try await connect(to: proxy.port, query)
        let traffic = Traffic(store, count: 25)
        let following = Task { try await traffic.follow(until: "end") }
        try await traffic.run()
        let direct = try await connect(to: server.port, query)
        let end = try await direct.append([Event(type: "end")], to: "end-1").lastPosition
        try await direct.close()
        let followed = try await following.value
        try await store.close()
        proxy.stop()
        try await server.stop()
        let recorded = try await server.recorded()
        let account = traffic.accounts.now()
        #expect(account.surprises == [], "seed \(plan.seed)")
        #expect(recorded.map(\.position) == Array(1..<Position(recorded.count + 1)))
        #expect(followed == Array(recorded.prefix(Int(end))), "seed \(plan.seed)")
        for kind in Numbered.allCases {
            check(recorded.filter { $0.stream == kind.stream }, kind, account, plan.seed)
        }
        let named = recorded.filter { $0.stream == Numbered.named.stream }
        #expect(named.count == traffic.count, "seed \(plan.seed)")
        try await server.remove()
    }

    /// Checks what stands in one stream.
    private func check(
        _ events: [RecordedEvent], _ kind: Numbered, _ account: Accounts.Account, _ seed: UInt64
    ) {
        let numbers = events.map { Int($0.id.low) }
        #expect(Set(numbers).count == numbers.count, "\(kind) twice, seed \(seed): \(numbers)")
        for (event, number) in zip(events, numbers) {
            #expect(event.text == kind.text(number), "\(kind), seed \(seed)")
        }
        let told = account.recorded[kind] ?? [:]
        let positions = Dictionary(uniqueKeysWithValues: zip(numbers, events.map(\.position)))
        for (number, position) in told {
            #expect(positions[number] == position, "\(kind) \(number), seed \(seed)")
        }
        let inOrder = numbers.filter { told[$0] != nil }
        #expect(inOrder == inOrder.sorted(), "\(kind), seed \(seed)")
        #expect(!told.isEmpty)
    }

    /// Nothing is promised of what is corrupted without TLS but this: both ends go on, and whoever waits can end it.
    @Test(arguments: seeds)
    func `Corrupted bytes in plain stop nobody`(seed: UInt64) async throws {
        let server = try await ServedStore()
        let plan = MischiefPlan(seed: seed, corrupts: true)
        let proxy = try Proxy(to: server.port) { plan.mischief($0) }
        let store = try await connect(to: proxy.port, "", patience: .milliseconds(400))
        let reading = Task { [store] in
            while !Task.isCancelled {
                _ = try? await store.events(Read())
                if let cursor = try? await store.subscribe(Subscription()) {
                    for _ in 0..<3 where !Task.isCancelled { _ = try? await cursor.next() }
                }
            }
        }
        for number in 0..<15 {
            _ = try? await store.append([Numbered.loose.event(number)], to: "loose-1")
        }
        reading.cancel()
        await reading.value
        try await store.close()
        proxy.stop()
        let direct = try await server.connect()
        let appended = try await direct.append([Event(type: "after")], to: "s-1")
        #expect(try await direct.head().position == appended.lastPosition)
        try await direct.close()
        try await server.stop()
        #expect(try await server.recorded().last?.type == "after")
        try await server.remove()
    }
}
