import Daybook
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// Frames that a thread reads ahead are the frames there are.
@Suite(.timeLimit(.minutes(15))) struct FramesAheadTests {
    private static let start: JournalEnvironment.ThreadStart = { (name, body) throws(Errno) in
        try Thread(name: name, body)
    }

    private let disk = SimulatedDisk()
    private let journal: Journal

    init() throws {
        journal = try World(disk, options: JournalOptions()).open()
        for number in 0..<60 {
            let data = [UInt8](repeating: UInt8(number), count: 150_000)
            for _ in 0...number % 3 {
                try journal.append(Append([Event(type: "t", data: data)], to: "s-\(number % 5)"))
            }
            while journal.stepPreparing() {}
        }
    }

    /// The numbers of the frames, and in words what they ended with.
    private func read(
        _ segment: Segment, _ start: JournalEnvironment.ThreadStart?, max: Int = .max
    ) -> (numbers: [UInt64], end: String) {
        var source = FrameSource(segment.scanner(), start)
        defer { source.end() }
        var numbers: [UInt64] = []
        do throws(FrameScanner.Stop) {
            while numbers.count < max, let frame = try source.next() {
                numbers.append(frame.number)
            }
        } catch {
            return (numbers, "\(error)")
        }
        return (numbers, "")
    }

    @Test func `They come in their order, all of them`() {
        let segments = journal.view.allSegments
        #expect(segments.count > 3)
        for segment in segments {
            let (here, ahead) = (read(segment, nil), read(segment, Self.start))
            #expect(ahead == here && !here.numbers.isEmpty && here.end.isEmpty)
        }
    }

    @Test func `Damage is told behind the frames before it`() throws {
        let segment = try #require(journal.view.allSegments.max { $0.usedBytes < $1.usedBytes })
        try disk.flipBit(segment.file.path, segment.usedBytes * 3 / 4, 2)
        let (here, ahead) = (read(segment, nil), read(segment, Self.start))
        #expect(ahead == here && here.numbers.count > 5 && !here.end.isEmpty)
    }

    @Test func `Whoever takes no more is not held up`() throws {
        let segment = try #require(journal.view.allSegments.max { $0.usedBytes < $1.usedBytes })
        for count in [0, 1, 5] {
            #expect(read(segment, Self.start, max: count).numbers.count == count)
        }
    }

    @Test func `Without a thread to be had they are read here`() throws {
        let segment = try #require(journal.view.lastSegment)
        let none: JournalEnvironment.ThreadStart = { (_, _) throws(Errno) in throw .EAGAIN }
        #expect(read(segment, none) == read(segment, nil))
    }
}
