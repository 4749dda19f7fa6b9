import Daybook
import DaybookPlatform
import DaybookSimulation

@testable import DaybookJournal

/// What is wrong with a store, in words: thrown by the checks and shown by the test.
struct Discrepancy: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}

func require(_ holds: Bool, _ what: @autoclosure () -> String) throws(Discrepancy) {
    if !holds { throw Discrepancy(what()) }
}

/// Opens what a crash or a fault left and compares it with the ledger, in every way there is.
struct Audit {
    let ledger: Ledger
    var options = JournalOptions.tiny
    var journal = JournalName.main
    /// The whole history had nothing gone wrong: what is found must be the beginning of it.
    var reference: StoreScan?
    /// Whether it also appends, repeats and crashes once more.
    var goesOn = true

    /// - Throws: `Discrepancy` where something is wrong.
    func check(_ disk: SimulatedDisk, seed: UInt64 = 77) throws {
        var world = World(disk, seed: seed, options: options, journal: self.journal)
        world.time.advance(microseconds: 1_000_000_000)
        let journal = try opened(world, "the first opening")
        let found = try checkContent(of: journal, disk, "after recovery")
        if let reference { try checkIsBeginning(found, of: reference) }
        if !goesOn { return journal.close() }
        try goOn(journal, disk)
        try retryUnknown(journal, disk)
        let complete = try checkContent(of: journal, disk, "after going on")
        // What was acknowledged since is durable as well, names and all.
        let bare = disk.afterPowerCutLosingAllUnsynced()
        try require(
            try StoreScan(bare, journal: self.journal).appends.map(\.events)
                == complete.appends.map(\.events),
            "what was acknowledged after recovery is not durable")
        for names in NameOrder.allCases { try checkCut(disk.afterCrash(seed: seed, names: names)) }
        journal.close()
        world.options.overlayEventsMax += 1
        let again = try opened(world, "the second opening")
        let reread = try checkContent(of: again, disk, "opened again")
        try require(
            reread.appends.map(\.events) == complete.appends.map(\.events),
            "opening again changed the history")
        again.close()
    }

    /// A power cut right after all that: nothing is lost by it.
    private func checkCut(_ disk: SimulatedDisk) throws {
        let journal = try opened(
            World(disk, seed: 9, options: options, journal: self.journal),
            "the opening after another cut")
        if let difference = ledger.difference(from: try StoreScan(disk, journal: self.journal)) {
            throw Discrepancy("after another cut: \(difference)")
        }
        journal.close()
    }

    private func opened(_ world: World, _ what: String) throws -> Journal {
        do throws(StoreError) { return try world.open() } catch {
            throw Discrepancy("\(what) was refused: \(error.code): \(error)")
        }
    }

    /// Files, ledger, readers and index say the same.
    private func checkContent(
        of journal: Journal, _ disk: SimulatedDisk, _ when: String
    ) throws -> StoreScan {
        let scan = try StoreScan(disk, journal: self.journal)
        if let difference = ledger.difference(from: scan) {
            throw Discrepancy("\(when): \(difference)")
        }
        let events = try journal.readAll()
        try require(
            events == scan.events, "\(when): readers get something else than the files hold")
        try IndexAudit(scan, journal.view.index).check(when)
        return scan
    }

    private func checkIsBeginning(_ found: StoreScan, of reference: StoreScan) throws {
        let (mine, all) = (found.appends, reference.appends)
        try require(mine.count <= all.count, "there is more than was ever accepted")
        for (one, other) in zip(mine, all) {
            try require(
                one.events == other.events && one.fields == other.fields,
                "the history does not begin as it did: frame \(one.number)")
        }
    }

    /// Appends are accepted, and each is durable when it is answered.
    private func goOn(_ journal: Journal, _ disk: SimulatedDisk) throws {
        for turn in 0..<2 {
            let event = Event(type: "went-on", data: "\(turn)", tags: ["customer:1"])
            let number = ledger.add(Append([event], to: "account-1"))
            try ledger.submit(number, to: journal)
            journal.step()
            let answer = ledger.sent[number].answers.last?.result
            if case .failure(let error) = answer {
                throw Discrepancy("going on was refused: \(error)")
            }
            try require(answer != nil, "going on was not answered")
        }
    }

    /// Repeats what was not answered, in the order it was sent: each ends as one copy or is refused.
    private func retryUnknown(_ journal: Journal, _ disk: SimulatedDisk) throws {
        for (number, sent) in ledger.sent.enumerated()
        where sent.isUnknown && ledger.isRepeatable(number) {
            try ledger.submit(number, to: journal)
            for _ in 0..<4 where ledger.sent[number].answers.last?.result == nil { journal.step() }
            guard let result = ledger.sent[number].answers.last?.result else {
                throw Discrepancy("the retry of append \(number) was not answered")
            }
            guard case .success(let appended) = result else { continue }
            let ids = sent.append.entries.map(\.event.id)
            let copies = try journal.readAll().filter { ids.contains($0.id) }
            try require(
                copies.map(\.id) == ids && copies.first?.position == appended.firstPosition,
                "append \(number), repeated, stands \(copies.count) times")
        }
    }
}
