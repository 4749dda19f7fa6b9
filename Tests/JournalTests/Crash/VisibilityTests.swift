import Daybook
import DaybookPlatform
import DaybookSimulation
import Synchronization
import Testing

@testable import DaybookJournal

/// Readers and appenders never learn of anything that a power cut could take away.
@Suite(.tags(.crash)) struct VisibilityTests {
    /// Compares, whenever something happens, what can be known with what is durable.
    private final class Watch: Sendable {
        let disk: SimulatedDisk
        let journal = Mutex<Journal?>(nil)
        let problem = Mutex<String?>(nil)
        let counts = Mutex((looks: 0, answers: 0, staged: 0))

        init(_ disk: SimulatedDisk) { self.disk = disk }

        var durable: [RecordedEvent] {
            (try? StoreScan(disk.afterPowerCutLosingAllUnsynced()).events) ?? []
        }

        func note(_ text: String) { problem.withLock { $0 = $0 ?? text } }

        func look(_ place: String) {
            guard let journal = journal.withLock({ $0 }) else { return }
            let durable = durable
            let position = journal.view.watermark.position
            let indexed = journal.view.index.withLock { $0.position }
            if position > durable.count { note("\(place): the watermark is ahead of the disk") }
            if indexed > durable.count { note("\(place): the index is ahead of the disk") }
            guard let events = try? journal.readAll() else { return note("\(place): unreadable") }
            if events != Array(durable.prefix(events.count)) { note("\(place): readers see more") }
            let written = (try? StoreScan(disk).events.count) ?? 0
            counts.withLock {
                $0.looks += 1
                if written > durable.count { $0.staged += 1 }
            }
        }

        func answered(_ result: Result<Appended, StoreError>) {
            let durable = durable
            counts.withLock { $0.answers += 1 }
            switch result {
            case .success(let appended):
                if appended.lastPosition > durable.count { note("\(appended) is not durable") }
            case .failure(let error):
                if let position = error.position, position > durable.count {
                    note("\(error) rests on what is not durable")
                }
                if case .live(let last)? = error.actual,
                    !durable.contains(where: {
                        $0.revision == last && error.what.contains($0.stream)
                    })
                {
                    note("\(error) rests on a revision that is not durable")
                }
            }
        }
    }

    @Test(arguments: 41...46 as ClosedRange<UInt64>)
    func `Nothing is served or answered before it is durable, at any call`(seed: UInt64) throws {
        var base = SimulatedDisk()
        let chance = SeededRandomness(seed: seed)
        for opening in 0..<3 as Range<UInt64> {
            // Not of reads: looking is reading.
            let disk = WatchedDisk(base, tellsOf: .changes.union([.open, .sync, .syncDirectory]))
            let watch = Watch(base)
            disk.onCall { watch.look("before a \($0.rawValue)") }
            let journal = try World(disk, seed: seed + opening).open()
            watch.journal.withLock { $0 = journal }
            watch.look("after opening")
            for round in 0..<12 {
                try Self.submitSome(to: journal, chance, watch, round)
                journal.step()
                watch.look("after a step")
            }
            if opening == 1 { journal.close() }
            watch.journal.withLock { $0 = nil }
            disk.onCall(nil)
            #expect(watch.problem.withLock { $0 } == nil, "seed \(seed)")
            let counts = watch.counts.withLock { $0 }
            #expect(counts.answers > 40)
            #expect(counts.staged > 10, "there was something to hide")
            base = base.afterProcessKill()
        }
    }

    /// Some appends at once, many of which rest on those before them.
    private static func submitSome(
        to journal: Journal, _ chance: SeededRandomness, _ watch: Watch, _ round: Int
    ) throws {
        let first = Event(
            id: EventID(randomHigh: chance.next(), randomLow: 1), type: "opened", tags: ["a"])
        let stream = "account-\(chance.next(below: 3))"
        let known = try journal.view.index.facts(stream, .mayBlock).next
        let conditions: [StreamCondition] = [
            .any, .none, .exists, .revision(known), .revision(known + 40),
        ]
        var appends = [Append([first], to: stream), Append([first], to: stream)]
        for _ in 0..<1 + chance.next(below: 4) {
            let event = Event(id: EventID(randomHigh: chance.next(), randomLow: 2), type: "moved")
            appends.append(
                Append(
                    [event], to: stream, expecting: conditions[chance.next(below: conditions.count)]
                ))
        }
        var last = Append([Event(type: "checked")], to: "audit")
        last.queryCondition = QueryCondition(
            failIfEventsMatch: .tags(["a"]), after: journal.view.watermark.position)
        appends.append(last)
        for append in appends {
            journal.submit(try journal.encode(append)) { watch.answered($0) }
        }
    }
}
