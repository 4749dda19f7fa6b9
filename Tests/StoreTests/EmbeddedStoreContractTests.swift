import Daybook
import DaybookCompression
import DaybookJournal
import DaybookPlatform
import DaybookStore
import DaybookStoreContract
import Synchronization
import Testing

/// The engine over a disk in memory.
@Suite(.timeLimit(.minutes(15))) struct MemoryDiskContractTests {
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

/// The engine compacted in many ways, beside appends and reads, and without its index now and then.
@Suite(.timeLimit(.minutes(15))) struct RandomCompactionTests {
    private static let seeds: ClosedRange<UInt64> =
        Host.environment("DAYBOOK_THOROUGH") == "1" ? 21...120 : 21...26

    @Test(arguments: seeds)
    func `Compacted, it answers as the model does, of which nothing is removed`(
        seed: UInt64
    ) async throws {
        let answers = try await RandomContract.run(
            seed: seed, operations: 300, engine: .compactedOverMemoryDisk())
        #expect(answers["compacted"] ?? 0 > 2, "\(answers)")
    }
}

/// The engine with so few bits of the hash of names that most of them collide.
@Suite(.timeLimit(.minutes(15))) struct WeakHashContractTests {
    /// - Parameter hasFilters: whether runs say beforehand which names they do not have.
    @Test(arguments: [1, 4, 8], [false, true])
    func `Compacted and opened again, it answers as the model does`(
        bits: Int, hasFilters: Bool
    ) async throws {
        var options = ContractEngine.tinyOptions
        options.indexHashBits = bits
        if !hasFilters { options.indexFilterBytesMax = 1 }
        let seed = UInt64(200 + bits * 2 + (hasFilters ? 1 : 0))
        let answers = try await RandomContract.run(
            seed: seed, operations: 300, engine: .compactedOverMemoryDisk(options))
        #expect(answers["compacted"] ?? 0 > 2, "\(answers)")
        #expect(answers["reopened"] ?? 0 > 0 && answers["conflict"] ?? 0 > 0, "\(answers)")
    }
}

/// The engine over the file system of this machine.
@Suite(.timeLimit(.minutes(15))) struct RealDiskContractTests {
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

    /// Segments so small that there are many, and runs of the index of a few events.
    static var tinyOptions: JournalOptions {
        var options = JournalOptions()
        options.segmentBytesFirst = 8 << 10
        options.segmentBytesMax = 16 << 10
        options.zeroStepBytes = 4 << 10
        options.conditionCandidatesMax = 500
        options.indexRunEventsMin = 16
        options.indexMergeRuns = 3
        options.readBatchEventsMax = 16
        options.readBatchBytes = 4 << 10
        return options
    }

    /// Bytes a second of a compaction beside others, so that there is something beside it.
    private static let besideBytesPerSecond = 1 << 20

    static func compactedOverMemoryDisk(
        _ options: JournalOptions = tinyOptions
    ) -> ContractEngine {
        let disks = DiskOfStore(options)
        return ContractEngine(conditionCandidatesMax: options.conditionCandidatesMax) {
            try await disks.open(MemoryDisk())
        } reopen: { store in
            try await disks.open(disks.disk(of: store))
        } reopenWithoutIndex: { store in
            let disk = disks.disk(of: store)
            try removeIndex(disk)
            return try await disks.open(disk)
        } compact: { store, asked in
            guard let store = store as? EmbeddedStore else {
                preconditionFailure("it is one that was made here")
            }
            return try await compact(store, asked)
        }
    }

    /// Removes all that can be made again.
    static func removeIndex(_ disk: any Disk) throws {
        for name in (try? disk.list("journals/main/index")) ?? [] {
            try disk.remove("journals/main/index/\(name)")
        }
        for name in try disk.list("journals/main/segments")
        where name.hasSuffix(".offsets") || name.hasSuffix(".ids") {
            try disk.remove("journals/main/segments/\(name)")
        }
    }

    static func compact(
        _ store: EmbeddedStore, _ asked: RandomCompaction
    ) async throws -> CompactionAnswer {
        let report = try await store.compact(
            bytesPerSecond: asked.isBeside ? besideBytesPerSecond : nil,
            takesAll: asked.takesAll, compresses: asked.compresses)
        return CompactionAnswer(
            position: report.position, time: report.time, isComplete: report.isComplete)
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
        let store = try await EmbeddedStore.open(on: disk, options: options, compression: .zstd)
        disks.withLock { $0[ObjectIdentifier(store)] = disk }
        return store
    }

    func disk(of store: any EventStore) -> any Disk {
        disks.withLock { $0[ObjectIdentifier(store as AnyObject)]! }
    }
}
