import Daybook
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// What is read for one stream of a journal with many runs, when nothing of it is in memory yet.
@Suite struct ColdStreamTests {
    private static let often = "often-1"
    private static let once = "once-1"
    private let disk = AbsentDisk(MemoryDisk(), watching: ["/segments/", "/index/"])
    private let journal: Journal
    /// The positions of each stream.
    private var positions: [String: [Position]] = [:]
    /// The positions that each run covers; those of the last events are known in memory.
    private let runs: [ClosedRange<Position>]

    /// A hundred events, ten of them of one stream and three of another, in about as many runs as there are segments.
    init() throws {
        var options = JournalOptions.tiny
        options.segmentBytesMax = options.segmentBytesFirst
        options.indexMergeRuns = 100
        options.readScatteredEventsMax = 64
        options.readBatchBytes = 64 << 10
        options.openFilesMax = 64
        let world = World(disk, options: options)
        let writer = try world.open()
        for number in 0..<100 {
            let stream =
                number.isMultiple(of: 10)
                ? Self.often : (42...44).contains(number) ? Self.once : "account-\(number % 7)"
            let text = String(repeating: "x", count: 900)
            positions[stream, default: []].append(
                try writer.append(text, to: stream).firstPosition)
            while writer.stepPreparing() || writer.stepIndex() {}
        }
        writer.close()
        journal = try world.open()
        runs = journal.view.index.withLock { content in
            content.parts.compactMap { part in
                if case .run(let run) = part { run.positions.range } else { nil }
            }
        }
        try #require(runs.count > 4)
        disk.forget()
    }

    /// Reads all of a stream, and says what was waited for.
    /// - Returns: pages by file.
    private func read(_ stream: String, backwards: Bool) throws -> [String: Int] {
        disk.forget()
        let look = try journal.view.look(
            at: stream, backwards: backwards, limit: 64, .mayBlock)
        let found = try #require(try look.positions(in: 1...100, .mayBlock)).positions
        let expected = positions[stream] ?? []
        #expect(found == (backwards ? expected.reversed() : expected))
        if !found.isEmpty {
            let batch = try journal.view.batch(at: found, .mayBlock)
            #expect(batch.events.map(\.position) == found)
        }
        var pages: [String: Int] = [:]
        for case .waited(let path, _) in disk.calls { pages[path, default: 0] += 1 }
        return pages
    }

    @Test(arguments: [Self.often, Self.once, "never-1"], [false, true])
    func `Each run that has some of it costs one block, and the others nothing`(
        stream: String, backwards: Bool
    ) throws {
        let mine = positions[stream] ?? []
        let having = runs.filter { run in mine.contains(where: run.contains) }
        #expect(stream == Self.often ? having.count > 4 : having.count < 3)
        let pages = try read(stream, backwards: backwards)
        let ofIndex = pages.filter { $0.key.contains("/index/") }
        #expect(ofIndex.count == having.count)
        // A block of 2 KiB, wherever it begins.
        let blockPages = (2 << 10) / AbsentDisk.pageBytes + 1
        #expect(ofIndex.values.allSatisfy { $0 <= blockPages }, "\(ofIndex)")
        // An event of about 1 KiB, and what else its neighbourhood has.
        let ofEvents = pages.filter { $0.key.contains("/segments/") }.values.reduce(0, +)
        #expect(ofEvents <= mine.count * 6, "\(pages)")
    }
}
