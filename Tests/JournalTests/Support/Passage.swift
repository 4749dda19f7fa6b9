import Daybook
import DaybookPlatform
import DaybookSimulation
import Synchronization

@testable import DaybookJournal

/// A store beside whose reader a writer does something.
final class Passage: Sendable {
    enum Deed: String, CaseIterable, Sendable {
        /// Appends, and another append says that the one before is durable.
        case appends
        /// Fills segments, and replaces the manifest each time.
        case fillsSegments
        /// Gives up the segment that is ready, and ends.
        case closes
        /// Ends in the middle of a write; the next one recovers and goes on.
        case isFollowed
        /// Was not there, comes to what another left in the middle of a write, and goes on.
        case comes
        /// Was not there, comes to a store that was closed, appends and closes it.
        case passes
    }

    let disk: SimulatedDisk
    private let deed: Deed
    private let writer: Mutex<Journal?>
    private let counts: Mutex<(acknowledged: Int, openings: UInt64)>

    /// - Parameter hasWatermark: whether the writer's watermark file can be found.
    init(_ deed: Deed, hasWatermark: Bool) throws {
        disk = SimulatedDisk()
        self.deed = deed
        let journal = try World(disk, options: .small).open()
        writer = Mutex(journal)
        counts = Mutex((0, 1))
        try append(2, bytes: 2000)
        try append(2, bytes: 6000)
        journal.askAhead()
        while journal.stepPreparing() {}
        try append(2)
        switch deed {
        case .appends, .fillsSegments, .closes, .isFollowed: break
        case .comes: try fall()
        case .passes: end()
        }
        if !hasWatermark { try disk.lose(JournalPaths(name: "main").watermark) }
    }

    /// Events that were acknowledged.
    var acknowledged: Int { counts.withLock { $0.acknowledged } }

    func act() throws {
        switch deed {
        case .appends: try append(3)
        case .fillsSegments: try goOn()
        case .closes: end()
        case .isFollowed:
            try fall()
            try come()
        case .comes: try come()
        case .passes:
            try come()
            end()
        }
    }

    /// The writer, where there is one, goes on as if nobody looked.
    func goOn() throws { try append(4, bytes: 6000) }

    private func append(_ count: Int, bytes: Int = 10) throws {
        guard let journal = writer.withLock({ $0 }) else { return }
        for _ in 0..<count {
            try journal.append(String(repeating: "1", count: bytes), to: "account-1")
            counts.withLock { $0.acknowledged += 1 }
        }
    }

    private func end() {
        writer.withLock { $0 }?.close()
        writer.withLock { $0 = nil }
    }

    /// The process ends while it writes: half of the last append is in the file.
    private func fall() throws {
        guard let journal = writer.withLock({ $0 }) else { return }
        disk.plan =
            .shortWrite(at: 1, path: "segments/")
            + .fail(at: 2, with: .EIO, only: [.write], path: "segments/")
        _ = try journal.submit(Append([Event(type: "noted", data: "unsure")], to: "account-1"))
        journal.step()
        disk.plan = .none
        end()
    }

    private func come() throws {
        let number = counts.withLock { counts in
            counts.openings += 1
            return counts.openings
        }
        let journal = try World(disk, seed: number, options: .small).open()
        writer.withLock { $0 = journal }
        try append(3)
    }
}
