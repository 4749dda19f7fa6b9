import Daybook
import DaybookSourcing
import DaybookStoreContract
import Testing

/// A generator of numbers that begins the same each time.
struct Seeded: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        // SplitMix64.
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}

/// The same commands by repositories that keep states, keep snapshots, or neither, against a dictionary.
@Suite struct `Random histories` {
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `Lead to the same states whoever decides`(seed: UInt64) async throws {
        var random = Seeded(state: seed)
        let store = SourcedStore(
            ModelStore(),
            catalog: try EventCatalog(format: seed % 2 == 0 ? .json : .cbor) {
                Opened.self
                Deposited.self
                Withdrawn.self
            })
        var policy = SnapshotPolicy.every(3)
        policy.checksOneIn = 1
        let uncached = RepositoryOptions { $0.cachedStatesMax = 0 }
        let repositories = [
            try Repository(Account(), in: store),
            try Repository(Account(), in: store, options: uncached),
            try Repository(Account(), in: store, snapshots: policy, options: uncached),
            try Repository(Account(), in: store, snapshots: policy),
        ]
        var expected: [String: Account.State] = [:]
        for _ in 0..<200 {
            let id = ["a", "b", "c-d"].randomElement(using: &random)!
            let amount = Int.random(in: 1...9, using: &random)
            let command =
                [.open(owner: "Ada"), .deposit(amount), .withdraw(amount)]
                .randomElement(using: &random)! as Account.Command
            let accounts = repositories.randomElement(using: &random)!
            var state = expected[id] ?? Account().initial
            do {
                for event in try Account().decide(command, state) {
                    Account().evolve(&state, event)
                }
                expected[id] = state
                let done = try await accounts.execute(command, on: id)
                #expect(done.state == state, "seed \(seed)")
            } catch let refusal as Account.Refusal {
                await #expect(throws: refusal, "seed \(seed)") {
                    try await accounts.execute(command, on: id)
                }
            }
        }
        for (id, state) in expected {
            for accounts in repositories {
                #expect(try await accounts.load(id).state == state, "seed \(seed)")
            }
        }
        #expect(try await repositories[2].verifySnapshots() == expected.count)
    }
}
