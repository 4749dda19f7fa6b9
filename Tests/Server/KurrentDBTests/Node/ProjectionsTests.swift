import Daybook
import DaybookGRPC
import DaybookHTTP
import DaybookJSON
import DaybookKurrentDB
import DaybookPlatform
import DaybookProtobuf
import DaybookServerTesting
import DaybookStore
import Testing

@Suite(.timeLimit(.minutes(15)))
struct ProjectionsTests {
    private static let names = [
        "$by_category", "$by_correlation_id", "$by_event_type", "$stream_by_category", "$streams",
    ]

    private func router() async throws -> GRPCRouter {
        let store = try await EmbeddedStore.open(on: MemoryDisk())
        try await store.append([Event(type: "a"), Event(type: "b")], to: "s-1")
        var router = GRPCRouter()
        ProjectionsDesk(store).add(to: &router)
        return router
    }

    private func call(_ router: GRPCRouter, _ path: String, _ options: [UInt8]) -> HandCall {
        let call = HandCall(to: path, router)
        call.send(message: message { $0.array(1, options) })
        call.end()
        return call
    }

    private func named(_ name: String) -> [UInt8] { message { $0.string(1, name) } }

    private func statistics(_ name: String) -> [UInt8] {
        Projections.StatisticsResponse(
            name: name, status: "Running", mode: "Continuous", position: "C:2/P:2", progress: 100,
            lastCheckpoint: "C:2/P:2"
        ).encoded()
    }

    @Test func `those of the system run, and are complete at every moment`() async throws {
        let router = try await router()
        for field in [2, 4] {
            let all = call(router, Projections.statistics, message { $0.empty(field) })
            #expect(all.messages == Self.names.map(statistics))
        }
        for field in [3, 5] {
            let none = call(router, Projections.statistics, message { $0.empty(field) })
            #expect(none.answer.code == .ok && none.messages.isEmpty)
        }
        let one = call(router, Projections.statistics, named("$streams"))
        #expect(one.messages == [statistics("$streams")])
        #expect(call(router, Projections.statistics, []).answer.code == .invalidArgument)
    }

    @Test func `those of the system have no state, and starting them changes nothing`()
        async throws
    {
        let router = try await router()
        for path in [Projections.state, Projections.result] {
            let answer = call(router, path, named("$by_category"))
            #expect(answer.messages == [Projections.ValueResponse(.object([:])).encoded()])
        }
        for path in [Projections.enable, Projections.restartSubsystem] {
            let answer = call(router, path, named("$by_category"))
            #expect(answer.answer.code == .ok && answer.messages == [[]])
        }
    }

    @Test(arguments: [
        (Projections.disable, "stopped"), (Projections.reset, "reset"),
        (Projections.update, "changed"), (Projections.delete, "deleted"),
    ])
    func `those of the system cannot be changed`(path: String, change: String) async throws {
        let answer = call(try await router(), path, named("$by_category"))
        #expect(answer.answer.code == .failedPrecondition)
        #expect(
            answer.status?["grpc-message"]
                == "Projection '$by_category' is one of the system's and cannot be \(change): it is "
                + "an index of the store")
    }

    @Test(arguments: [
        Projections.statistics, Projections.state, Projections.result, Projections.enable,
        Projections.disable, Projections.reset, Projections.update, Projections.delete,
    ])
    func `others are not found`(path: String) async throws {
        let answer = call(try await router(), path, named("mine"))
        #expect(answer.answer.code == .notFound)
        #expect(answer.status?["grpc-message"] == "Projection 'mine' was not found")
    }

    @Test func `others cannot be made, and clients are not told that they could`() async throws {
        let router = try await router()
        let answer = call(router, Projections.create, [])
        #expect(answer.answer.code == .unimplemented)
        #expect(
            answer.status?["grpc-message"]
                == "this server runs no projections but the system's: "
                + Self.names.joined(separator: ", "))
        #expect(!router.paths.contains(Projections.create))
        #expect(router.paths.contains(Projections.statistics))
    }
}
