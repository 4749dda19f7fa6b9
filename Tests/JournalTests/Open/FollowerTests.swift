import Daybook
import DaybookBytes
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// Reading beside a writer: everything durable, nothing else.
@Suite(.tags(.crash)) struct FollowerTests {
    /// What a reader serves must be the beginning of what is durable; once it has looked, all that was told.
    private static func check(
        _ reader: Journal, _ disk: SimulatedDisk, told: Position?, _ place: String
    ) throws {
        let events = try reader.readAll()
        let durable = try StoreScan(disk.afterPowerCutLosingAllUnsynced()).events
        try require(
            events == Array(durable.prefix(events.count)),
            "\(place): the reader sees what is not durable")
        if let told {
            try require(
                Position(events.count) >= told,
                "\(place): \(events.count) of \(told) events are seen")
        }
        try require(
            reader.view.damage == nil, "\(place): \(String(describing: reader.view.damage))")
        try require(
            reader.view.watermark.position == Position(events.count),
            "\(place): the watermark differs")
    }

    @Test(arguments: 131...136 as ClosedRange<UInt64>)
    func `A reader follows a writer through segments, closings and openings`(seed: UInt64) throws {
        let disk = SimulatedDisk()
        let workload = Workload(disk, seed: seed, operations: 120)
        var reader: Journal?
        var problem: Discrepancy?
        var looks = 0
        workload.afterEach = { writer in
            do {
                reader = try reader ?? World(disk, seed: seed).openReadOnly()
                reader?.refresh()
                try Self.check(
                    reader!, disk, told: writer.view.watermark.position,
                    "seed \(seed), look \(looks)")
                looks += 1
            } catch {
                problem = problem ?? Discrepancy("\(error)")
            }
        }
        try workload.run()
        #expect(problem == nil)
        #expect(looks > 50)
        #expect(try StoreScan(disk).manifest!.segments.count > 1)
    }

    @Test(arguments: 141...144 as ClosedRange<UInt64>)
    func `A reader opened at any moment sees what the writer said was durable`(seed: UInt64) throws
    {
        let disk = SimulatedDisk()
        let workload = Workload(disk, seed: seed, operations: 70)
        var problem: Discrepancy?
        workload.afterEach = { writer in
            do {
                let reader = try World(disk, seed: seed).openReadOnly()
                try Self.check(
                    reader, disk, told: writer.view.watermark.position, "seed \(seed)")
                reader.close()
            } catch {
                problem = problem ?? Discrepancy("\(error)")
            }
        }
        try workload.run()
        #expect(problem == nil)
    }

    @Test(arguments: 151...154 as ClosedRange<UInt64>)
    func `A reader goes on through the end of the writer's process and the recovery`(
        seed: UInt64
    ) throws {
        let chance = SeededRandomness(seed: seed)
        for crash in 0..<12 {
            let disk = SimulatedDisk()
            let writer = try World(disk, seed: seed).open()
            for number in 0..<chance.next(below: 12) {
                try writer.append(
                    String(repeating: "x", count: 400 * (number % 4)), to: "account-1")
                if chance.chance(1, in: 4) { writer.stepIdle() }
            }
            let reader = try World(disk, seed: 2).openReadOnly()
            try writer.append("seen", to: "account-1")
            reader.refresh()
            // The process ends while its last append is being synced.
            disk.plan = .fail(at: 1, with: .EIO, only: .syncs)
            _ = try writer.submit(Append([Event(type: "noted", data: "unsure")], to: "account-1"))
            writer.step()
            writer.close()
            disk.plan = .none
            let place = "seed \(seed), crash \(crash)"
            reader.refresh()
            try Self.check(reader, disk, told: nil, place)
            let again = try World(disk, seed: 3).open()
            reader.refresh()
            try Self.check(reader, disk, told: again.view.watermark.position, place + ", recovered")
            for number in 0..<40 {
                try again.append(String(repeating: "y", count: 100 * (number % 9)), to: "account-2")
                if number % 7 == 0 { reader.refresh() }
            }
            reader.refresh()
            try Self.check(reader, disk, told: again.view.watermark.position, place + ", later")
            again.close()
        }
    }

    @Test func `What was acknowledged is read also when its writer was killed`() throws {
        let disk = SimulatedDisk()
        let writer = try World(disk).open()
        let early = try World(disk, seed: 2).openReadOnly()
        for number in 0..<3 { try writer.append("\(number)", to: "account-1") }
        let image = disk.afterProcessKill()
        let reader = try World(image, seed: 2).openReadOnly()
        #expect(try reader.readAll().map(\.text) == ["0", "1", "2"])
        // One that was there before, and looks only now that the writer is gone.
        writer.close()
        early.refresh()
        #expect(try early.readAll().map(\.text) == ["0", "1", "2"])
    }

    @Test func `Where nothing was told a reader stops at the last durable mark`() throws {
        let disk = SimulatedDisk()
        let writer = try World(disk).open()
        for number in 0..<3 { try writer.append("\(number)", to: "account-1") }
        func readAll(_ seed: UInt64) throws -> [String] {
            let image = disk.afterProcessKill()
            try image.remove(JournalPaths(name: "main").watermark)
            return try World(image, seed: seed).openReadOnly().readAll().map(\.text)
        }
        #expect(try readAll(2) == ["0", "1"])
        writer.stepIdle()
        #expect(try readAll(3) == ["0", "1", "2"])
    }

    @Test func `Rot in the mark of a closing hides nothing that the watermark tells of`() throws {
        let disk = SimulatedDisk()
        let writer = try World(disk).open()
        for number in 0..<3 { try writer.append("\(number)", to: "account-1") }
        writer.close()
        let end = try #require(StoreScan(disk).ends["journals/main/segments/0000000001.0"])
        try disk.flipBit("journals/main/segments/0000000001.0", end - 20, 3)
        #expect(try World(disk, seed: 2).openReadOnly().readAll().count == 3)
        // Without the file nothing tells of the last append until the next writer takes it in.
        try disk.lose(JournalPaths(name: "main").watermark)
        #expect(try World(disk, seed: 3).openReadOnly().readAll().count == 2)
        #expect(try World(disk, seed: 4).open().readAll().count == 3)
    }

    @Test func `A reader goes on behind the copy of a segment that a crash cut short`() throws {
        let disk = SimulatedDisk()
        let time = VirtualTime()
        func world(_ seed: UInt64) -> World {
            World(disk, seed: seed, time: time, options: .small)
        }
        let writer = try world(1).open()
        let reader = try world(2).openReadOnly()
        for number in 0..<12 { try writer.append("\(number)", to: "account-\(number % 2)") }
        writer.stepIdle()
        // Its last append is not synced: the next writer cuts the segment, and there is no seal in it.
        disk.plan = .fail(at: 1, with: .EIO, only: .syncs)
        _ = try writer.submit(Append([Event(type: "noted", data: "unsure")], to: "account-1"))
        writer.step()
        writer.close()
        disk.plan = .none
        let again = try world(3).open()
        try again.delete("account-0", .soft)
        try again.compactAll()
        #expect(again.view.allSegments.map(\.generation).first == 1)
        reader.refresh()
        #expect(reader.view.damage == nil)
        #expect(reader.view.watermark.position == again.view.watermark.position)
        #expect(try reader.readAll() == StoreScan(disk).events)
    }

    /// Whatever lies in the folder now, a reader serves what it opened, or ends with an error that says so.
    private static func checkReplaced(_ reader: Journal, _ events: [RecordedEvent]) {
        var read: [RecordedEvent] = []
        while read.count < events.count {
            switch event(at: Position(read.count) + 1, in: reader) {
            case .success(let batch):
                read += batch.events
                continue
            case .failure(.failed(let failure)):
                #expect(failure.code == .wrongCheckpoint, "\(failure)")
            case .failure(.wouldBlock):
                Issue.record("it may block")
            }
            break
        }
        #expect(read == Array(events.prefix(read.count)), "what is read is of one history")
    }

    private static func event(
        at position: Position, in reader: Journal
    ) -> Result<EventBatch, ReadFailure> {
        Result { () throws(ReadFailure) in try reader.view.batch(at: [position], .mayBlock) }
    }

    /// What another store holds comes into the folder of one.
    private static func replace(_ disk: SimulatedDisk, by other: SimulatedDisk) throws {
        for path in disk.files() { try disk.remove(path) }
        for path in other.files() {
            let folder = path.split(separator: "/").dropLast().joined(separator: "/")
            try disk.createDirectories(folder)
            let file = try disk.open(path, .createNew)
            let bytes = try other.bytes(path)
            try disk.writeAll(file, bytes.rawSpan, at: 0)
            disk.close(file)
        }
    }

    @Test(arguments: ["a restored backup", "another journal"], [true, false])
    func `A reader ends where its folder holds another history`(
        _ what: String, looks: Bool
    ) throws {
        let original = try Original(seed: 5)
        let disk = original.disk
        let reader = try World(disk, seed: 60).openReadOnly()
        let other: SimulatedDisk
        if what == "another journal" {
            let another = try Original(seed: 6)
            other = another.disk
        } else {
            let target = SimulatedDisk()
            let appends = original.scan.appends.filter { !$0.events.isEmpty }
            let middle = try #require(appends[appends.count / 2].events.last)
            try disk.backUp(to: target)
            other = try target.restored(upTo: .position(middle.position))
        }
        try Self.replace(disk, by: other)
        let writer = try World(disk, seed: 61).open()
        for number in 0..<60 {
            try writer.append(String(repeating: "z", count: 9 * number), to: "account-9")
        }
        writer.close()
        if looks {
            reader.refresh()
            #expect(reader.view.damage?.code == .wrongCheckpoint)
            #expect(reader.view.damage?.place == JournalPaths(name: "main").folder)
        }
        Self.checkReplaced(reader, original.scan.events)
        reader.refresh()
        #expect(reader.view.damage?.code == .wrongCheckpoint)
        #expect(reader.view.watermark.position == Position(original.scan.events.count))
        Self.checkReplaced(reader, original.scan.events)
    }

    @Test func `A reader ends where its journal was repaired with a loss`() throws {
        let original = try Original(seed: 7)
        let disk = original.disk
        let reader = try World(disk, seed: 60).openReadOnly()
        let events = try reader.readAll()
        let scan = try StoreScan(disk)
        let last = scan.ends.keys.sorted().dropLast().last!
        try disk.flipBit(last, SegmentHeader.byteCount + 100, 1)
        let report = try disk.repair(acceptsLoss: true)
        #expect(report.loss != nil)
        let writer = try World(disk, seed: 61).open()
        for number in 0..<60 { try writer.append("\(number)", to: "account-9") }
        reader.refresh()
        #expect(reader.view.damage?.code == .wrongCheckpoint)
        #expect(reader.view.damage?.why.contains("repaired") == true)
        #expect(reader.view.watermark.position == Position(events.count))
    }

    @Test(arguments: SmallStore.Ending.allCases)
    func `Damage ends what can be read, and is told to whoever reads up to it`(
        _ ending: SmallStore.Ending
    ) throws {
        let store = try SmallStore(ending)
        let first = store.files.first { $0.contains("/segments/") }!
        let damaged = store.disk.copy()
        // In the second frame of the first segment.
        try damaged.flipBit(first, SegmentHeader.byteCount + 260, 3)
        let reader = try World(damaged, options: .small).openReadOnly()
        let events = try reader.readAll()
        #expect(!events.isEmpty && events.count < store.scan.events.count)
        #expect(events == Array(store.scan.events.prefix(events.count)))
        #expect(reader.view.damage?.code == .corrupt)
        #expect(reader.view.damage?.position == Position(events.count) + 1)
        #expect(reader.view.damage?.place?.contains(first) == true)
    }
}
