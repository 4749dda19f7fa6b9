import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// What an opening reads.
@Suite struct OpeningReadsTests {
    @Test func `Behind a closing in order, room that is not used yet is looked at once`() throws {
        let disk = SimulatedDisk()
        let journal = try World(disk).open()
        for number in 0..<5 { try journal.append("\(number)", to: "account-1") }
        journal.close()
        let before = disk.callCount
        let again = try World(disk, seed: 2).open()
        let segment = try #require(again.view.lastSegment)
        let size = try segment.file.size()
        let reads = disk.calls.filter {
            $0.number > before && $0.kind == .read && $0.path == segment.file.path
        }
        let unused = reads.compactMap(\.range).filter { $0.lowerBound >= segment.usedBytes }
        #expect(unused == [segment.usedBytes..<size])
    }
}
