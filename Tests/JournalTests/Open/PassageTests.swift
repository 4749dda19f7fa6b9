import Daybook
import DaybookPlatform
import DaybookSimulation
import Synchronization
import Testing

@testable import DaybookJournal

/// What a writer does between any two calls of a reader is never taken for damage, and hides nothing.
@Suite(.tags(.crash)) struct PassageTests {
    /// Runs `body` once for each of its calls, at which the writer does its deed.
    ///
    /// - Parameter begin: what is done before that.
    private static func sweep<Begun>(
        _ deed: Passage.Deed, hasWatermark: Bool,
        after begin: (WatchedDisk, Passage) throws -> Begun,
        _ body: (Begun, WatchedDisk, Passage, _ told: Int) throws -> Void
    ) throws {
        for call in 1...2000 {
            let passage = try Passage(deed, hasWatermark: hasWatermark)
            let disk = WatchedDisk(passage.disk, tellsOf: .all)
            let begun = try begin(disk, passage)
            let state = Mutex<(calls: Int, error: (any Error)?)>((0, nil))
            disk.onCall { _ in
                let isHere = state.withLock { state in
                    state.calls += 1
                    return state.calls == call
                }
                if !isHere { return }
                do { try passage.act() } catch { state.withLock { $0.error = error } }
            }
            let place = "\(deed), watermark \(hasWatermark), call \(call)"
            // Without the file the last append is told of by nothing but the next one.
            let told = passage.acknowledged - (hasWatermark ? 0 : 1)
            do { try body(begun, disk, passage, told) } catch {
                throw Discrepancy("\(place): \(error)")
            }
            let (calls, error) = state.withLock { $0 }
            if let error { throw Discrepancy("\(place), the writer: \(error)") }
            if calls < call { return try require(call > 3, "\(place): there were calls") }
        }
        throw Discrepancy("\(deed): a reader has no end")
    }

    private static func nothing(_ disk: WatchedDisk, _ passage: Passage) {}

    private static func open(_ disk: WatchedDisk) throws -> Journal {
        try World(disk, seed: 9, options: .small).openReadOnly()
    }

    /// There is something new already when the reader looks.
    private static func openAndGoOn(_ disk: WatchedDisk, _ passage: Passage) throws -> Journal {
        let reader = try open(disk)
        try passage.goOn()
        return reader
    }

    private static func check(_ reader: Journal, _ passage: Passage, told: Int) throws {
        try require(reader.view.damage == nil, "\(String(describing: reader.view.damage))")
        let count = try reader.readAll().count
        try require(count >= told, "\(count) of \(told) events are seen")
        try require(count <= passage.acknowledged + 1, "more than there is")
    }

    @Test(arguments: Passage.Deed.allCases, [true, false])
    func `A reader is opened`(deed: Passage.Deed, hasWatermark: Bool) throws {
        try Self.sweep(deed, hasWatermark: hasWatermark, after: Self.nothing) {
            _, disk, passage, told in
            let reader = try Self.open(disk)
            try Self.check(reader, passage, told: told)
            try require(
                !reader.notes.contains { $0.contains("no manifest") }, "\(reader.notes)")
        }
    }

    @Test(arguments: Passage.Deed.allCases, [true, false])
    func `A reader looks for news`(deed: Passage.Deed, hasWatermark: Bool) throws {
        try Self.sweep(deed, hasWatermark: hasWatermark, after: Self.openAndGoOn) {
            reader, disk, passage, told in
            reader.refresh()
            disk.onCall(nil)
            // Without the file there is no news until the writer has gone.
            try Self.check(reader, passage, told: hasWatermark ? told : 0)
            // A look may find a writer that comes or goes; the next one finds what it left.
            reader.refresh()
            try Self.check(reader, passage, told: hasWatermark ? passage.acknowledged : 0)
        }
    }

    @Test(arguments: Passage.Deed.allCases, [true, false])
    func `A store is verified`(deed: Passage.Deed, hasWatermark: Bool) throws {
        try Self.sweep(deed, hasWatermark: hasWatermark, after: Self.nothing) { _, disk, _, told in
            let environment = World(disk, seed: 9, options: .small).environment()
            let report = try Verifier.verify(environment) { _, _ in }
            try require(report.findings.isEmpty, "\(report.findings)")
            try require(
                Int(report.events) >= told, "\(report.events) of \(told) events are verified")
        }
    }
}
