import Daybook
import DaybookJournal
import DaybookPlatform
import DaybookStore
import DaybookStoreContract
import Synchronization
import Testing

/// What is true of a store is true where it is asked by steps and callbacks, on a disk that forgets.
@Suite(.timeLimit(.minutes(15))) struct SteppedContractTests {
    /// Stores over disks of their own, opened again on the same ones.
    private static func engine(seed: UInt64) -> ContractEngine {
        let disks = Mutex<[ObjectIdentifier: ForgetfulDisk]>([:])
        let options = ContractEngine.smallOptions
        @Sendable func open(_ disk: ForgetfulDisk) async throws -> any EventStore {
            let inner = try await EmbeddedStore.open(on: disk, options: options)
            let store = SteppedStore(inner)
            disks.withLock { $0[ObjectIdentifier(store)] = disk }
            return store
        }
        return ContractEngine(conditionCandidatesMax: options.conditionCandidatesMax) {
            try await open(ForgetfulDisk(seed: seed))
        } reopen: { store in
            try await open(disks.withLock { $0[ObjectIdentifier(store as AnyObject)]! })
        }
    }

    @Test(arguments: StoreContract.cases + StoreContract.reopeningCases)
    func `It keeps the contract`(_ contractCase: ContractCase) async throws {
        try await contractCase.run(Self.engine(seed: 1))
    }

    @Test(arguments: 21...24 as ClosedRange<UInt64>)
    func `It answers as the model does`(seed: UInt64) async throws {
        let answers = try await RandomContract.run(
            seed: seed, operations: 250, engine: Self.engine(seed: seed))
        #expect(answers["recorded"] ?? 0 > 50, "\(answers)")
    }

    @Test func `What waits for the device says so, and goes on where it was`() async throws {
        let inner = try await EmbeddedStore.open(
            on: ForgetfulDisk(seed: 7), options: ContractEngine.smallOptions)
        let store = SteppedStore(inner)
        for number in 0..<500 {
            try await store.append(
                [Event(type: "t", data: [UInt8](repeating: 1, count: 300))], to: "s-\(number % 9)")
        }
        var positions: [Position] = []
        for _ in 0..<20 {
            positions = try await store.events(Read()).map(\.position)
        }
        #expect(positions == Array(1...500))
        #expect(store.waits.load(ordering: .relaxed) > 20)
        try await store.close()
    }
}
