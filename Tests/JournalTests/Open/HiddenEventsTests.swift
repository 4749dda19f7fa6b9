import Daybook
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// What a reader says that comes where no writer is, and finds less than there was.
@Suite struct HiddenEventsTests {
    private static let path = "journals/main/watermark"

    /// What it says of the watermark.
    private static func notes(_ reader: Journal) -> [String] {
        reader.notes.filter { $0.hasPrefix(path) }
    }

    @Test func `Where the watermark is lost it says which events it does not show`() throws {
        let disk = try SmallStore(.unclosed).disk.afterProcessKill()
        let before = try World(disk).openReadOnly()
        #expect(before.view.watermark.position == 11 && Self.notes(before) == [])
        before.close()
        for loss in ["damaged", "empty", "missing"] {
            let damaged = disk.copy()
            switch loss {
            case "damaged": try damaged.flipBit(Self.path, 33, 4)
            case "empty": try damaged.replace(Self.path, with: [])
            default: try damaged.lose(Self.path)
            }
            let reader = try World(damaged).openReadOnly()
            #expect(reader.view.watermark.position == 10, "\(loss)")
            let note = try #require(Self.notes(reader).first, "\(loss)")
            #expect(note.contains("positions 11 to 11"), "\(note)")
            reader.close()
            try World(damaged, seed: 3).open().close()
            let again = try World(damaged).openReadOnly()
            #expect(again.view.watermark.position == 11 && Self.notes(again) == [], "\(loss)")
            again.close()
        }
    }

    @Test func `After an orderly closing a lost watermark hides nothing, and nothing is said`()
        throws
    {
        let disk = try SmallStore(.closed).disk
        try disk.lose(Self.path)
        let reader = try World(disk).openReadOnly()
        #expect(reader.view.watermark.position == 8 && Self.notes(reader) == [])
    }

    @Test func `Whoever opens a journal whose index is gone hears of it`() throws {
        let work = try LostIndex(.noRuns).work(.none)
        let writer = try #require(work.journal)
        #expect(writer.notes.contains { $0.contains("it is made anew from them") })
        writer.close()
        let again = try work.world.open()
        #expect(again.notes.isEmpty, "\(again.notes)")
        again.close()
        for path in work.disk.files() where path.contains("/index/") { try work.disk.lose(path) }
        let reader = try work.world.openReadOnly()
        #expect(reader.notes.contains { $0.contains("there was no index of the ") })
        // A new one has none either, and nothing is missing.
        #expect(try World(SimulatedDisk(), options: .small).open().notes.isEmpty)
    }
}
