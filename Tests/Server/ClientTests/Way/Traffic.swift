import Daybook
import DaybookPlatform
import Synchronization
import Testing

@testable import DaybookClient

/// Numbered events by which is told, afterwards, what came of each.
enum Numbered: UInt64, CaseIterable {
    /// Appended one by one, each behind the one before, and again until it is answered.
    case named = 1
    /// Appended one by one, wherever they come, and once.
    case loose
    /// Handed over without waiting for answers.
    case pipelined

    var stream: String { "\(self)-1" }

    func event(_ number: Int) -> Event {
        Event(
            id: EventID(high: rawValue, low: UInt64(number)), type: "counted",
            data: text(number))
    }

    /// What it says: of another length each time.
    func text(_ number: Int) -> String {
        "\(self) \(number) " + String(repeating: "\(number % 10)", count: number * 37 % 300)
    }
}

/// What a client was told while it worked.
final class Accounts: Sendable {
    struct Account {
        /// Where each was recorded, by its number.
        var recorded: [Numbered: [Int: Position]] = [:]
        /// What was not told as recorded, and not as what may happen on the way.
        var surprises: [String] = []
        var endedCount = 0
        var trouble = 0
    }

    private let account = Monitor(Account())

    func now() -> Account { account.withLock { $0 } }

    func note(_ kind: Numbered, _ number: Int, _ result: Result<Appended, StoreError>) {
        account.withLock { account in
            account.endedCount += 1
            switch result {
            case .success(let appended):
                account.recorded[kind, default: [:]][number] = appended.firstPosition
            case .failure(let error) where error.isOfTheWay: account.trouble += 1
            case .failure(let error): account.surprises.append("\(kind) \(number): \(error)")
            }
        }
        account.signal()
    }

    func surprise(_ words: String) { account.withLock { $0.surprises.append(words) } }

    func wait(for count: Int) { account.wait(until: { $0.endedCount >= count }, then: { _ in }) }
}

extension StoreError {
    /// Whether the way can be its reason; what is corrupted while TLS begins may look like another server.
    var isOfTheWay: Bool {
        [.unavailable, .outcomeUnknown, .untrusted, .notUnderstood].contains(code)
    }
}

/// A client that does all there is to do at a time.
struct Traffic: Sendable {
    let store: RemoteStore
    let accounts = Accounts()
    let count: Int
    private let isOver = Synchronized(false)

    init(_ store: RemoteStore, count: Int) {
        self.store = store
        self.count = count
    }

    /// A flag that tasks share.
    private final class Synchronized: Sendable {
        private let flag: Mutex<Bool>
        init(_ flag: Bool) { self.flag = Mutex(flag) }
        var value: Bool {
            get { flag.withLock { $0 } }
            set { flag.withLock { $0 = newValue } }
        }
    }

    /// Appends in all ways until each append was answered or given up, and reads meanwhile.
    func run() async throws {
        let reading = Task { try await read() }
        try await withThrowingTaskGroup { group in
            group.addTask { try await appendNamed() }
            group.addTask { await appendLoose() }
            group.addTask { try await appendPipelined() }
            try await group.waitForAll()
        }
        isOver.value = true
        try await reading.value
    }

    private func appendNamed() async throws {
        for number in 0..<count {
            let condition: StreamCondition =
                number == 0 ? .none : .revision(Revision(number - 1))
            while true {
                do throws(StoreError) {
                    let appended = try await store.append(
                        [Numbered.named.event(number)], to: Numbered.named.stream,
                        expecting: condition)
                    accounts.note(.named, number, .success(appended))
                    break
                } catch {
                    accounts.note(.named, number, .failure(error))
                    if !error.isOfTheWay { return }
                }
            }
        }
    }

    private func appendLoose() async {
        for number in 0..<count {
            do throws(StoreError) {
                let appended = try await store.append(
                    [Numbered.loose.event(number)], to: Numbered.loose.stream)
                accounts.note(.loose, number, .success(appended))
            } catch {
                accounts.note(.loose, number, .failure(error))
            }
        }
    }

    private func appendPipelined() async throws {
        let appender = store.appender()
        let pipelined = Accounts()
        let all = count * 4
        for number in 0..<all {
            let append = Append(
                [Numbered.pipelined.event(number)], to: Numbered.pipelined.stream)
            try await appender.submit(append) { result in
                accounts.note(.pipelined, number, result)
                pipelined.note(.pipelined, number, result)
            }
        }
        let threads = try IOThreads(count: 1, name: "test-wait")
        await threads.run { pipelined.wait(for: all) }
    }

    /// Reads all of it again and again: every read gives what there is, from the first to some last one.
    private func read() async throws {
        while !isOver.value {
            do throws(StoreError) {
                let positions = try await store.events(Read()).map(\.position)
                if positions != Array(1..<Position(positions.count + 1)) {
                    accounts.surprise("a read gave \(positions)")
                }
                let last = try await store.events(Read(.all, .backwards, limit: 30))
                    .map(\.position)
                if let first = last.first,
                    last != (0..<Position(last.count)).map({ first - $0 }) || last.count > 30
                {
                    accounts.surprise("backwards a read gave \(last)")
                }
            } catch {
                if !error.isOfTheWay { accounts.surprise("a read: \(error)") }
            }
        }
    }

    /// Follows until an event of this type has come, and goes on by itself where the way has ended it for good.
    func follow(until type: String) async throws -> [RecordedEvent] {
        var events: [RecordedEvent] = []
        while true {
            do throws(StoreError) {
                let cursor = try await store.subscribe(
                    Subscription(from: .after(events.last?.position ?? 0)))
                while let signal = try await cursor.next() {
                    guard case .events(let batch) = signal else { continue }
                    events += batch.events
                    if events.last?.type == type { return events }
                }
            } catch {
                if !error.isOfTheWay { throw error }
            }
        }
    }
}
