import Daybook
import DaybookJournal
import DaybookPlatform
import DaybookStore
import DaybookStoreContract
import Synchronization
import Testing

/// The engine over a disk in memory.
@Suite(.timeLimit(.minutes(2))) struct MemoryDiskContractTests {
    @Test(arguments: StoreContract.cases + StoreContract.reopeningCases)
    func `The engine in memory keeps the contract`(_ contractCase: ContractCase) async throws {
        try await contractCase.run(.overMemoryDisk())
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `The engine in memory answers as the model does`(seed: UInt64) async throws {
        try await RandomContract.run(seed: seed, operations: 250, engine: .overMemoryDisk())
    }

    @Test(arguments: 11...13 as ClosedRange<UInt64>)
    func `It does so too where conditions may have few candidates`(seed: UInt64) async throws {
        var options = ContractEngine.smallOptions
        options.conditionCandidatesMax = 6
        options.indexStepsMax = 4
        let answers = try await RandomContract.run(
            seed: seed, operations: 250, engine: .overMemoryDisk(options))
        #expect(answers["conditionTooOld"] ?? 0 > 0, "\(answers)")
    }
}

/// The engine over the file system of this machine.
@Suite(.timeLimit(.minutes(2))) struct RealDiskContractTests {
    @Test(arguments: StoreContract.cases + StoreContract.reopeningCases)
    func `The engine on a real disk keeps the contract`(_ contractCase: ContractCase) async throws {
        let folder = try TemporaryFolder()
        try await contractCase.run(.over(folder))
    }

    @Test(arguments: 7...8 as ClosedRange<UInt64>)
    func `The engine on a real disk answers as the model does`(seed: UInt64) async throws {
        let folder = try TemporaryFolder()
        try await RandomContract.run(seed: seed, operations: 250, engine: .over(folder))
    }
}

extension ContractEngine {
    /// Small segments, so that every test crosses some.
    static var smallOptions: JournalOptions {
        var options = JournalOptions()
        options.segmentBytesFirst = 64 << 10
        options.zeroStepBytes = 16 << 10
        options.conditionCandidatesMax = 500
        return options
    }

    /// Each store on a disk of its own; opened again, on the same one.
    static func overMemoryDisk(_ options: JournalOptions = smallOptions) -> ContractEngine {
        let disks = DiskOfStore(options)
        return ContractEngine(conditionCandidatesMax: options.conditionCandidatesMax) {
            try await disks.open(MemoryDisk())
        } reopen: { store in
            try await disks.open(disks.disk(of: store))
        }
    }

    static func over(_ folder: TemporaryFolder) -> ContractEngine {
        let disks = DiskOfStore(smallOptions)
        return ContractEngine(conditionCandidatesMax: smallOptions.conditionCandidatesMax) {
            let disk = LinuxDisk(root: folder.fresh())
            try disk.createRoot()
            return try await disks.open(disk)
        } reopen: { store in
            try await disks.open(disks.disk(of: store))
        }
    }
}

/// Remembers on which disk a store lies.
private final class DiskOfStore: Sendable {
    private let options: JournalOptions
    private let disks = Mutex<[ObjectIdentifier: any Disk]>([:])

    init(_ options: JournalOptions) { self.options = options }

    func open(_ disk: any Disk) async throws -> EmbeddedStore {
        let store = try await EmbeddedStore.open(on: disk, options: options)
        disks.withLock { $0[ObjectIdentifier(store)] = disk }
        return store
    }

    func disk(of store: any EventStore) -> any Disk {
        disks.withLock { $0[ObjectIdentifier(store as AnyObject)]! }
    }
}
