import Daybook
import DaybookPlatform
import DaybookSimulation
import Synchronization
import Testing

@testable import DaybookJournal

/// An append that takes so long to resolve that the overlay has forgotten the frames behind its facts.
@Suite struct LateFactsTests {
    @Test(arguments: [true, false])
    func `However late its facts come each time, it is decided, and by what is true then`(
        isMet: Bool
    ) throws {
        let journal = try World(SimulatedDisk()).open()
        let writing = try #require(journal.writing)
        let back = Mutex<[PendingAppend]>([])
        writing.writer.onResolveAgain { appends in back.withLock { $0 += appends } }
        let answer = Answer()
        let stream = isMet ? "slow-1" : "busy-1"
        let encoded = try journal.encode(
            Append([Event(type: "late", data: "1")], to: stream, expecting: .none))
        var slow = [PendingAppend(encoded, nil) { answer.set($0) }]
        var rounds = 0
        while answer.result == nil && rounds < 20 {
            rounds += 1
            for append in slow {
                let facts = try writing.resolver.resolve(append.encoded, .mayBlock)
                for _ in 0..<2 * journal.options.overlayEventsMax + 4 {
                    try journal.append("busy", to: "busy-1")
                }
                #expect(writing.writer.submit(append, facts))
            }
            journal.step()
            slow = back.withLock { back in
                defer { back = [] }
                return back
            }
        }
        #expect(rounds == journal.options.lateFactsMax)
        #expect(answer.code == (isMet ? nil : .wrongRevision))
        #expect((answer.appended != nil) == isMet)
    }
}
