import Daybook
import DaybookPlatform
import DaybookSimulation
import Synchronization

@testable import DaybookJournal

/// Readers of one store in other processes: one looks for news whenever it reads, one never does, one was opened just
/// now. Each event that they read is what was recorded, or what a compaction may have left of it, and from then on that.
final class ReadersBeside: Sendable {
    private struct State {
        /// By position, all that anybody has seen.
        var events: [RecordedEvent]
        /// By reader, what was removed when it was last read.
        var gone: [Set<Position>] = [[], [], []]
        var looks = 0
        /// The compaction points there are, once they were looked for.
        var points: [CompactionPoint]?
        var failure: (any Error)?
    }

    private let stage: RetentionStage
    private let disk: SimulatedDisk
    private let following: Journal
    private let lazy: Journal
    private let state: Mutex<State>

    /// - Parameter disk: a copy of what the stage holds.
    init(_ stage: RetentionStage, _ disk: SimulatedDisk) throws {
        self.stage = stage
        self.disk = disk
        following = try stage.world(81, on: disk).openReadOnly()
        lazy = try stage.world(82, on: disk).openReadOnly()
        state = Mutex(State(events: stage.scan.events))
    }

    /// How often everything was read.
    var looks: Int { state.withLock { $0.looks } }

    /// Reads everything; what is wrong with it is kept for `check`.
    func look(_ when: String) {
        state.withLock { state in
            if state.failure != nil { return }
            state.looks += 1
            state.points = nil
            do {
                following.refresh()
                let latest = try stage.world(83, on: disk).openReadOnly()
                for (number, reader) in [following, lazy, latest].enumerated() {
                    try read(reader, number, &state, "\(when), reader \(number)")
                }
                latest.close()
            } catch {
                state.failure = error
            }
        }
    }

    /// Reads everything once more: all that is there now is seen by those that look for it.
    /// - Throws: what was wrong since the beginning.
    func check(_ when: String) throws {
        look(when)
        let (failure, gone, seen) = state.withLock { ($0.failure, $0.gone, $0.events) }
        if let failure { throw failure }
        let scan = try StoreScan(disk)
        for number in [0, 2] {
            try require(
                gone[number] == scan.stubs, "\(when): reader \(number) sees what was removed")
        }
        try require(
            seen.map(\.position) == scan.events.map(\.position), "\(when): something is not seen")
        try IndexAudit(scan, following.view.index).check(when)
    }

    private func read(
        _ reader: Journal, _ number: Int, _ state: inout State, _ when: String
    ) throws {
        let last = reader.view.watermark.position
        try require(reader.view.damage == nil, "\(when): \(String(describing: reader.view.damage))")
        try require(last >= stage.scan.events.count, "\(when): it sees only \(last) events")
        var gone: Set<Position> = []
        var next: Position = 1
        while next <= last {
            let batch: EventBatch
            do throws(ReadFailure) {
                batch = try reader.view.batch(from: next, upTo: last, .mayBlock)
            } catch {
                throw Discrepancy("\(when): \(next) is not read: \(error)")
            }
            for index in batch.indices {
                let view = batch.view(at: index)
                try require(view.position == next, "\(when): \(view.position), not \(next)")
                if view.isStub { gone.insert(next) }
                try check(RecordedEvent(view), isStub: view.isStub, &state, when)
                next += 1
            }
        }
        let back = state.gone[number].subtracting(gone)
        try require(back.isEmpty, "\(when): \(back.sorted()) came back")
        state.gone[number] = gone
    }

    private func check(
        _ found: RecordedEvent, isStub: Bool, _ state: inout State, _ when: String
    ) throws {
        let place = Int(found.position) - 1
        if place == state.events.count {
            try require(!isStub, "\(when): \(found.position) was never whole")
            return state.events.append(found)
        }
        let event = state.events[place]
        if !isStub { return try require(found == event, "\(when): event \(place + 1) has changed") }
        var stub = event.event
        stub.data = []
        stub.metadata = []
        try require(
            found.event == stub && found.stream == event.stream
                && found.revision == event.revision && found.recordedAt == event.recordedAt,
            "\(when): the stub of \(found.position) is another event")
        if state.gone.contains(where: { $0.contains(found.position) }) { return }
        let known = state.events.filter { $0.stream != StreamName.journal }
        let points = try state.points ?? StoreScan(disk).points
        state.points = points
        try require(
            points.contains { Vanishing(known).mayVanish(event, at: $0) },
            "\(when): event \(found.position) vanished")
    }
}
