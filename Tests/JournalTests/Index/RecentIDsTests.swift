import Daybook
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// Where the last events may stand by their ids, compared with a list of them.
@Suite struct RecentIDsTests {
    @Test(arguments: [1, 2, 3, 7, 64, 600])
    func `The last place of a hash among so many is told, and of others hardly any`(
        capacity: Int
    ) throws {
        let chance = SeededRandomness(seed: UInt64(capacity))
        let start = Position(chance.next(below: 50))
        let recent = RecentIDs(capacity: capacity, after: start)
        // Few different ones, spread over all bits, so that many stand in several places.
        let kinds = (0..<capacity + 5).map { _ in chance.next() }
        var known: [UInt64] = []
        while known.count < capacity * 3 + 40 {
            let some = (0...chance.next(below: 4)).map { _ in
                kinds[chance.next(below: kinds.count)]
            }
            recent.add(some.span, from: start + Position(known.count) + 1)
            known += some
            let wanted = (0..<4).map { ($0, kinds[chance.next(below: kinds.count)]) }
            let found = try recent.candidates(for: wanted, .mayBlock)
            for (index, hash) in wanted {
                let places = found.filter { $0.index == index }.map(\.position)
                let all = known.indices.filter { known[$0] == hash }
                    .map { start + Position($0) + 1 }
                let last = all.filter { $0 + Position(capacity) > start + Position(known.count) }
                #expect(last.isEmpty || places.contains(last.last!))
                #expect(places.count <= 15, "of each generation four and the last")
                #expect(Set(places).isSubset(of: all), "hashes of 64 bits hardly ever agree in 40")
            }
        }
    }

    @Test(arguments: [5_000, 20_000, 1 << 20])
    func `Many at once are found where they would be one by one`(capacity: Int) throws {
        let chance = SeededRandomness(seed: UInt64(capacity))
        let kinds = (0..<9_000).map { _ in chance.next() }
        // Some come again and again, more often than there are slots for equal ones.
        let hashes = (0..<30_000).map { number in
            number % 3 == 0 ? kinds[chance.next(below: 20)] : kinds[chance.next(below: 9_000)]
        }
        let (single, whole) = (RecentIDs(capacity: capacity), RecentIDs(capacity: capacity))
        for (number, hash) in hashes.enumerated() {
            single.add([hash].span, from: Position(number) + 1)
        }
        whole.add(hashes.span, from: 1)
        for hash in kinds {
            let expected = Set(
                try single.candidates(for: [(0, hash)], .mayBlock).map(\.position))
            #expect(
                try Set(whole.candidates(for: [(0, hash)], .mayBlock).map(\.position)) == expected)
        }
        // Asked for all at once, with as many that are not there.
        let asked = (kinds + kinds.map { ~$0 }).enumerated().map {
            (index: $0.offset, hash: $0.element)
        }
        let found = try whole.candidates(for: asked, .mayBlock)
        var expected: [(index: Int, position: Position)] = []
        for one in asked { expected += try whole.candidates(for: [one], .mayBlock) }
        func places(_ all: [(index: Int, position: Position)]) -> Set<[Position]> {
            Set(all.map { [Position($0.index), $0.position] })
        }
        #expect(places(found) == places(expected))
        #expect(found.count == expected.count)
        #expect(whole.memoryBytes <= 18 * capacity + 90)
    }

    @Test func `Ids with any one upper half in common have different hashes`() {
        for high in [0, 1, 0x9E37_79B9_7F4A_7C15, UInt64.max] {
            let hashes = (0..<1000 as Range<UInt64>).map {
                IDHash.hash(EventID(high: high, low: $0), stream: 77)
            }
            #expect(Set(hashes).count == 1000, "\(high)")
        }
    }

    @Test(.timeLimit(.minutes(15)))
    func `One hash again and again is as fast as others, and crowds out none`() throws {
        let count = 300_000
        let recent = RecentIDs(capacity: 1 << 20)
        let one: UInt64 = 77 << 40 + 5
        let like = one + 1
        recent.add([like].span, from: 1)
        for number in 0..<count { recent.add([one].span, from: Position(number) + 2) }
        recent.add([like].span, from: Position(count) + 2)
        for _ in 0..<count {
            #expect(try recent.candidates(for: [(0, one)], .mayBlock).count <= 15)
        }
        #expect(
            try recent.candidates(for: [(0, one)], .mayBlock).contains {
                $0.position == Position(count) + 1
            })
        let places = try recent.candidates(for: [(0, like)], .mayBlock).map(\.position)
        #expect(places.contains(1) && places.contains(Position(count) + 2))
    }

    @Test func `What is known already, and what lies before the beginning, is passed over`() throws
    {
        let recent = RecentIDs(capacity: 8, after: 10)
        let hashes: [UInt64] = [1 << 40, 2 << 40, 3 << 40, 4 << 40]
        recent.add(hashes.span, from: 9)
        recent.add(hashes.span, from: 9)
        #expect(try recent.candidates(for: [(0, 2 << 40)], .mayBlock).isEmpty)
        #expect(try recent.candidates(for: [(0, 3 << 40)], .mayBlock).map(\.position) == [11])
        #expect(try recent.candidates(for: [(0, 4 << 40)], .mayBlock).map(\.position) == [12])
    }
}

/// The ids of sealed segments on disk: who opens the journal reads them instead of the segments.
@Suite struct IDFileTests {
    /// A journal of a few segments, closed; its events had these ids.
    private func make(_ world: World, events: Int = 40) throws -> [EventID] {
        let journal = try world.open()
        var ids: [EventID] = []
        for number in 0..<events {
            let id = EventID(high: 7, low: UInt64(number))
            ids.append(id)
            let data = [UInt8](repeating: 1, count: 400)
            _ = try journal.append(
                Append([Event(id: id, type: "t", data: data)], to: "s-\(number % 3)"))
        }
        while journal.stepPreparing() {}
        while journal.stepIndex() {}
        journal.close()
        return ids
    }

    private func world(window: Int) -> World {
        var options = JournalOptions.tiny
        options.overlayEventsMax = 8
        options.idempotencyWindow = window
        options.indexRunEventsMin = 1
        options.segmentBytesFirst = 8 << 10
        options.segmentBytesMax = 8 << 10
        return World(SimulatedDisk(), seed: 5, options: options)
    }

    private func files(_ disk: some Disk) throws -> [String] {
        try disk.list("journals/main/segments").filter { $0.hasSuffix(".ids") }.sorted()
    }

    @Test func `Appending again is recognised behind an opening, as far back as the window`() throws
    {
        let world = world(window: 24)
        let ids = try make(world)
        #expect(try files(world.disk).count > 1)
        let journal = try world.open()
        for (number, id) in ids.enumerated() {
            let again = Append([Event(id: id, type: "t")], to: "s-\(number % 3)")
            // Each one that is not recognised is one event more, and so moves the window on.
            let isKnown = number + 24 >= Int(journal.view.watermark.position)
            let answer = try journal.append(again)
            #expect(answer.isDuplicate == isKnown, "event \(number)")
            if isKnown { #expect(answer.lastPosition == Position(number + 1)) }
        }
    }

    @Test func `Files of segments out of the window go`() throws {
        let world = world(window: 16)
        _ = try make(world, events: 160)
        let few = try files(world.disk)
        let segments = try world.disk.list("journals/main/segments").filter { $0.hasSuffix(".0") }
        #expect(!few.isEmpty && few.count < segments.count / 2)
    }

    @Test(arguments: ["gone", "damaged", "cut"])
    func `A file that is no more what it was is made again`(_ what: String) throws {
        let world = world(window: 1024)
        let ids = try make(world)
        let before = try files(world.disk)
        for name in before {
            let path = "journals/main/segments/\(name)"
            let file = try world.disk.open(path, .readWrite)
            let size = try world.disk.size(file)
            switch what {
            case "gone": try world.disk.remove(path)
            case "damaged": try world.disk.writeAll(file, [77].span.bytes, at: size - 3)
            default: try world.disk.truncate(file, to: size - 8)
            }
            world.disk.close(file)
        }
        let journal = try world.open()
        for (number, id) in ids.enumerated() {
            let again = Append([Event(id: id, type: "t")], to: "s-\(number % 3)")
            #expect(try journal.append(again).isDuplicate, "event \(number)")
        }
        while journal.stepPreparing() {}
        #expect(try Set(before).isSubset(of: files(world.disk)))
        // What lies beside them is what it was.
        #expect(try journal.readAll().map(\.position) == Array(1...40))
    }
}
