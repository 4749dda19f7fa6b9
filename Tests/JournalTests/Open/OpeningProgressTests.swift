import Daybook
import DaybookPlatform
import DaybookSimulation
import Synchronization
import Testing

@testable import DaybookJournal

/// Whoever opens a journal hears how far it is, where more has to be read than its end.
@Suite struct OpeningProgressTests {
    private let world: World

    init() throws {
        world = World(SimulatedDisk(), seed: 4)
        let journal = try world.open()
        for number in 0..<400 {
            let data = [UInt8](repeating: 7, count: 200)
            _ = try journal.append(
                Append(
                    [Event(id: EventID(high: 1, low: UInt64(number)), type: "t", data: data)],
                    to: "s"))
        }
        while journal.stepPreparing() {}
        while journal.stepIndex() {}
        journal.close()
    }

    private func told(
        _ open: (JournalEnvironment) throws -> Journal
    ) throws -> [(done: Position, of: Position)] {
        let told = TellTale()
        var environment = world.environment(process: 3)
        environment.opening = { done, all in told.all.withLock { $0.append((done, all)) } }
        let journal = try open(environment)
        #expect(try journal.readAll().count == 400)
        journal.close()
        return told.all.withLock { $0 }
    }

    private final class TellTale: Sendable {
        let all = Mutex<[(done: Position, of: Position)]>([])
    }

    @Test(arguments: [true, false])
    func `Without an index it is told segment by segment, up to the last that is full`(
        writes: Bool
    ) throws {
        for name in try world.disk.list("journals/main/index") {
            try world.disk.remove("journals/main/index/\(name)")
        }
        let options = world.options
        let told = try told { environment in
            writes
                ? try Journal.open(environment, options: options)
                : try Journal.openReadOnly(environment, options: options)
        }
        #expect(told.count > 2)
        #expect(told.map(\.done) == told.map(\.done).sorted())
        let last = try #require(told.last)
        #expect(last.done == last.of && last.of <= 400)
    }

    @Test func `With an index there is nothing to tell of`() throws {
        let told = try told { try Journal.open($0, options: world.options) }
        #expect(told.count <= 1, "what no run covers yet")
    }
}
