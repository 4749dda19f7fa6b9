import Daybook
import DaybookPlatform
import DaybookSimulation

@testable import DaybookJournal

/// A store at two moments, and backups of the first.
struct CopyStage {
    /// What happened in the store.
    enum History: String, CaseIterable, Sendable {
        /// Nothing but appends.
        case plain
        /// It was compacted and compressed before each of the moments.
        case compacted
    }

    let early: SimulatedDisk
    let late: SimulatedDisk
    /// What is in the store at each.
    let scans: (early: StoreScan, late: StoreScan)
    /// A backup of the first, in a folder and in a file.
    let folder = SimulatedDisk()
    let archive = SimulatedDisk()

    private init(_ early: SimulatedDisk, _ late: SimulatedDisk) throws {
        self.early = early
        self.late = late
        scans = (try StoreScan(early), try StoreScan(late))
        try require(scans.early.appends.count < scans.late.appends.count, "the store goes on")
        try early.backUp(to: folder)
        try early.backUp(to: archive, file: CopyCase.archive)
    }

    static func of(_ history: History) throws -> CopyStage {
        switch history {
        case .plain: try plain.get()
        case .compacted: try compacted.get()
        }
    }

    private static let plain = Result {
        let disk = SimulatedDisk()
        let journal = try World(disk, options: .small).open()
        for number in 0..<40 {
            try journal.append(String(repeating: "a", count: 300), to: "account-\(number % 3)")
        }
        journal.stepIdle()
        let early = disk.afterProcessKill()
        for number in 0..<40 {
            try journal.append(String(repeating: "b", count: 300), to: "account-\(number % 3)")
        }
        journal.close()
        return try CopyStage(early, disk.afterProcessKill())
    }

    private static let compacted = Result {
        let stage = try RetentionStage(seed: 5, events: 20)
        let first = try stage.world(600).open()
        try first.compactAll(compressing: true)
        first.close()
        let early = stage.disk.afterProcessKill()
        let journal = try stage.world(601).open()
        try journal.set(StreamMetadata(truncateBefore: 15), of: "kept-1")
        for number in 0..<20 {
            try journal.append(String(repeating: "b", count: 300), to: "account-\(number % 3)")
        }
        try journal.compactAll(compressing: true)
        journal.close()
        let made = try CopyStage(early, stage.disk.afterProcessKill())
        for scan in [made.scans.early, made.scans.late] {
            let segments = scan.manifest?.segments ?? []
            try require(segments.contains(where: \.isCompressed), "segments are compressed")
            try require(segments.contains { $0.generation > 0 }, "segments were written again")
        }
        try require(!made.scans.early.stubs.isEmpty, "there are stubs")
        try require(made.scans.late.stubs.isStrictSuperset(of: made.scans.early.stubs), "and more")
        return made
    }

    /// Checks that a store is one of the moments, whole, and goes on.
    /// - Parameter isLate: which has to be there; nil: any.
    func checkStore(_ store: SimulatedDisk, isLate: Bool? = nil, _ what: String) throws {
        let found = try StoreScan(store)
        let isFoundLate = found.appends.count == scans.late.appends.count
        try require(
            isFoundLate || found.appends.count == scans.early.appends.count,
            "\(what): a store of neither moment, with \(found.appends.count) appends")
        if let isLate { try require(isFoundLate == isLate, "\(what): the wrong moment") }
        let scan = isFoundLate ? scans.late : scans.early
        try require(found.stubs == scan.stubs, "\(what): other stubs")
        try CopyAudit(original: scan).check(store, appends: scan.appends.count, what)
    }

    /// Checks that a disk holds a whole backup of one of the moments, or that nothing passes for one.
    func check(
        _ disk: SimulatedDisk, file: String?, isLate: Bool? = nil, mayBeNone: Bool, _ what: String
    ) throws {
        let store = SimulatedDisk()
        do throws(StoreError) { try disk.restore(to: store, file: file) } catch {
            try require(
                mayBeNone && error.code == .notFound, "\(what): no whole backup: \(error)")
            let isNamed = disk.files().contains(file ?? BackupDescriptor.name)
            return try require(!isNamed, "\(what): one that is torn has its name")
        }
        let findings = try BackupReader(disk, file: file).verify().findings
        try require(findings.isEmpty, "\(what): \(findings)")
        try checkStore(store, isLate: isLate, what)
    }
}

/// A backup, or a restore of it: of which history, and in which form.
struct CopyCase: Sendable, CustomStringConvertible {
    static let archive = "one.tar"

    var history: CopyStage.History
    /// The archive; nil: a folder.
    var file: String?
    /// Whether there is a backup already.
    var isSecond = true

    var description: String {
        "\(history), \(file == nil ? "folder" : "archive")\(isSecond ? "" : ", the first")"
    }

    /// What is restored.
    static let restores = CopyStage.History.allCases.flatMap { history in
        [nil, archive].map { CopyCase(history: history, file: $0) }
    }
    /// What is backed up: first, and again.
    static let backups = restores.flatMap { one in
        [false, true].map { CopyCase(history: one.history, file: one.file, isSecond: $0) }
    }

    func stage() throws -> CopyStage { try CopyStage.of(history) }

    /// The disk with the backup of the first moment.
    func former(_ stage: CopyStage) -> SimulatedDisk {
        (file == nil ? stage.folder : stage.archive).copy()
    }

    /// Backs the store up, at the moment that comes next.
    @discardableResult
    func backUp(
        _ stage: CopyStage, to target: SimulatedDisk, seed: UInt64 = 40
    ) throws(StoreError) -> CopyReport {
        let source = isSecond ? stage.late : stage.early
        guard let file else { return try source.backUp(to: target, seed: seed) }
        return try source.backUp(to: target, file: file, seed: seed)
    }

    /// At which calls something goes wrong: all, or of a long history some.
    func calls(_ count: Int, every step: Int) -> [Int] {
        Thoroughness.sample(1...count, every: history == .plain ? 1 : step)
    }
}

extension SimulatedDisk {
    /// How many calls of some kinds were made on it.
    func count(_ kinds: Set<DiskCall.Kind>) -> Int { calls.count { kinds.contains($0.kind) } }
}
