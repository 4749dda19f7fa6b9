import Daybook
import DaybookJSON
import DaybookKurrentDB
import DaybookProtobuf
import Testing

/// Messages of the smaller services.
struct ManagementTests {
    static let answers: [(name: String, message: any ProtobufEncodable & Sendable)] = [
        (
            "gossip",
            Gossip.ClusterInfo([
                .init(id: id, instant: StreamsResponseTests.instant, host: "localhost", port: 2113)
            ])
        ),
        (
            "methods",
            ServerFeatures.SupportedMethods(
                [.init("s", "read", ["position", "events"]), .init("s", "append")],
                version: "26.1.0")
        ),
        ("scavenge started", Operations.ScavengeResponse(id: "abc", .started)),
        ("scavenge stopped", Operations.ScavengeResponse(id: "abc", .stopped)),
        ("statistics", Monitoring.StatsResponse([.init("a", "1"), .init("b", "")])),
        ("projection state resp", Projections.ValueResponse(["a": [1, nil, true, "x"]])),
        (
            "projection statistics",
            Projections.StatisticsResponse(
                name: "$by_category", status: "Running", mode: "Continuous", position: "C:5/P:5",
                progress: 100, lastCheckpoint: "C:4/P:4")
        ),
    ]

    @Test(arguments: 0..<answers.count)
    func `answers are written as clients read them`(index: Int) {
        let (name, message) = Self.answers[index]
        #expect(hex(message.encoded()) == managementVectors[name], "\(name)")
    }

    private func request<Message: ProtobufDecodable>(
        _ type: Message.Type, _ name: String
    ) throws -> Message {
        try read(type, hex(#require(managementVectors[name])))
    }

    @Test func `operations`() throws {
        #expect(try request(Operations.StopScavengeRequest.self, "stop scavenge").id == "abc")
        let stats = try request(Monitoring.StatsRequest.self, "statistics request")
        #expect(stats.milliseconds == 1_000)
    }

    @Test(arguments: ["update", "delete", "disable", "state"])
    func `most requests about projections name one`(name: String) throws {
        let request = try request(Projections.NamedRequest.self, "projection " + name)
        #expect(request.name == "p")
    }

    @Test(
        arguments: [
            ("name", .name("p")), ("all", .all), ("transient", .transient),
            ("continuous", .continuous), ("one time", .oneTime),
        ] as [(String, Projections.StatisticsRequest.Mode)])
    func `statistics are of one projection or of a kind`(
        name: String, mode: Projections.StatisticsRequest.Mode
    ) throws {
        let request = try request(
            Projections.StatisticsRequest.self, "projection statistics of " + name)
        #expect(request.mode == mode)
    }
}
