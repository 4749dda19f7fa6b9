import DaybookPlatform
import DaybookSimulation

@testable import DaybookJournal

extension Journal {
    /// The runs of its index that are in use, oldest first.
    var runs: [Run] {
        view.index.parts.all.compactMap { part in
            if case .run(let run) = part { run } else { nil }
        }
    }

    /// Closes it: of its index the runs in use are on the disk and nothing else, and `verify` finds nothing.
    func closeWhole(on disk: SimulatedDisk, verifiedBy world: World, _ what: String) throws {
        let files = disk.files().filter { $0.contains("/index/") }
        let used = runs.map(\.file.path)
        try require(Set(files) == Set(used), "\(what): in the index lie \(files), used are \(used)")
        close()
        let findings = try Verifier.verify(world.environment(), progress: { _, _ in }).findings
        try require(findings.isEmpty, "\(what): \(findings)")
    }
}
