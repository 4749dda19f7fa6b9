import Daybook
import DaybookJSON
import DaybookPlatform
import DaybookStore
import Foundation
import Testing

@testable import DaybookClient

extension BinaryTests {
    /// A server that is killed by SIGKILL while a client appends to it, and started again at the same port.
    @Suite struct `Killed beside its client` {
        private let place: Workplace
        private let binary: Binary
        private let seed = UInt64.random(in: 1...1_000_000)
        private static let kills = Host.environment("DAYBOOK_THOROUGH") == "1" ? 40 : 4
        /// Appends of each way.
        private static let count = 200 * kills

        init() throws {
            place = try Workplace()
            binary = Binary(store: place.store)
            print("killed at moments chosen by seed \(seed)")
        }

        /// How each append is sent; its events are of a stream of that name.
        private enum Way: UInt64, CaseIterable {
            /// One by one: with the revision that it expects, and without any condition.
            case expecting = 1
            case unconditional
            case pipelined

            func event(_ number: Int) -> Event {
                Event(id: EventID(high: rawValue, low: UInt64(number)), type: "counted", data: "{}")
            }
        }

        /// Where each append was recorded, as the client was told.
        private struct Told: Sendable {
            var positions: [Way: [Int: Position]] = [:]
            var failures: [String] = []
            var answers = 0

            mutating func take(_ way: Way, _ number: Int, _ result: Result<Appended, StoreError>) {
                answers += 1
                switch result {
                case .success(let appended):
                    positions[way, default: [:]][number] = appended.firstPosition
                case .failure(let error): failures.append("\(way) \(number): \(error)")
                }
            }
        }

        @Test func `The client goes on, and each append is recorded once, in its order`()
            async throws
        {
            let random = SeededRandomness(seed: seed)
            let (first, port) = try await start()
            var server = first
            var options = RemoteStoreOptions()
            options.patience = .seconds(250)
            let store = try await RemoteStore.connect(
                to: ServerAddress("daybook://127.0.0.1:\(port)"), options: options)
            let told = Monitor(Told())
            let appending = Task { try await append(to: store, told) }
            let all = Way.allCases.count * Self.count
            var killed = 0
            for kill in 1...Self.kills {
                let goal = all * kill / (Self.kills + 1) + random.next(below: 40)
                try await Binary.blocking {
                    told.wait(until: { $0.answers >= goal }, then: { _ in })
                }
                server.killNow()
                #expect(try await server.drained().status == .signalled(SIGKILL))
                killed += 1
                server = try #require(try await start(at: port))
            }
            try await appending.value
            try await store.close()
            server.interrupt()
            #expect(try await server.drained().status == .exited(0))
            try await check(told.withLock { $0 })
            print("killed \(killed) servers")
        }

        private func append(to store: RemoteStore, _ told: Monitor<Told>) async throws {
            @Sendable func note(
                _ way: Way, _ number: Int, _ result: Result<Appended, StoreError>
            ) {
                told.withLock { $0.take(way, number, result) }
                told.broadcast()
            }
            try await withThrowingTaskGroup { group in
                for way in [Way.expecting, .unconditional] {
                    group.addTask {
                        for number in 0..<Self.count {
                            var condition = StreamCondition.any
                            if way == .expecting {
                                condition =
                                    number == 0 ? .none : .revision(Revision(number - 1))
                            }
                            do throws(StoreError) {
                                let appended = try await store.append(
                                    [way.event(number)], to: "\(way)", expecting: condition)
                                note(way, number, .success(appended))
                            } catch {
                                note(way, number, .failure(error))
                            }
                        }
                    }
                }
                group.addTask {
                    let appender = store.appender()
                    for number in 0..<Self.count {
                        let append = Append([Way.pipelined.event(number)], to: "\(Way.pipelined)")
                        try await appender.submit(append) { note(.pipelined, number, $0) }
                    }
                }
                try await group.waitForAll()
            }
            let all = Way.allCases.count * Self.count
            try await Binary.blocking {
                told.wait(until: { $0.answers == all }, then: { _ in })
            }
        }

        private func check(_ told: Told) async throws {
            #expect(told.failures == [], "seed \(seed)")
            let store = try await EmbeddedStore.open(at: place.store, .readOnly)
            for way in Way.allCases {
                let events = try await store.events(.stream("\(way)"))
                #expect(events.map { Int($0.id.low) } == Array(0..<Self.count), "seed \(seed)")
                let positions = Dictionary(
                    uniqueKeysWithValues: zip(0..., events.map(\.position)))
                #expect(told.positions[way] == positions, "\(way), seed \(seed)")
            }
            try await store.close()
        }

        /// At a port that nobody is given who asks for any, so that it can be had again.
        private func start() async throws -> (Subprocess, port: Int) {
            while true {
                let port = Int.random(in: 20_000..<30_000)
                if let server = try await start(at: port) { return (server, port) }
            }
        }

        /// - Returns: Nil where somebody else has the port.
        private func start(at port: Int) async throws -> Subprocess? {
            let server = try binary.start(
                "serve", "--port", "\(port)", "--log-level", "error", "--json")
            let line = try await Binary.blocking { try server.line() }
            if !line.isEmpty { return server }
            _ = try await server.drained()
            return nil
        }
    }
}
