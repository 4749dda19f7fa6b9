import Daybook
import DaybookGRPC
import DaybookHTTP
import DaybookPlatform
import DaybookServerTesting
import DaybookStore
import Testing

@testable import DaybookServer

@Suite struct Metrics {
    @Test func `The page has the form that Prometheus reads`() throws {
        let registry = MetricRegistry()
        let counter = registry.counter("a_total", "Counts \\ and\nbreaks.", ["way": "q\"\\\n"])
        counter.add(3)
        registry.gauge("b", "Goes down.").add(-4)
        registry.gauge("c_bytes", "Is asked.") { 1.5 }
        registry.gauge("d", "Is not known.") { nil }
        _ = registry.counter("e_total", "Is zero.", ["x": "y"], hidesZero: true)
        #expect(
            registry.page() == """
                # HELP a_total Counts \\\\ and\\nbreaks.
                # TYPE a_total counter
                a_total{way="q\\"\\\\\\n"} 3
                # HELP b Goes down.
                # TYPE b gauge
                b -4
                # HELP c_bytes Is asked.
                # TYPE c_bytes gauge
                c_bytes 1.5

                """)
        let page = try StrictPage(registry.page())
        #expect(page.value("a_total", ["way": "q\"\\\n"]) == 3)
    }

    @Test func `A histogram counts what is at most each bound`() throws {
        let registry = MetricRegistry()
        let histogram = registry.histogram("h_seconds", "Takes.", .seconds, ["m": "x"])
        for nanoseconds: Int64 in [-5, 0, 50_000, 50_001, 20_000_000_000] {
            histogram.record(nanoseconds)
        }
        let page = try StrictPage(registry.page())
        #expect(page.value("h_seconds_bucket", ["m": "x", "le": "5e-05"]) == 3)
        #expect(page.value("h_seconds_bucket", ["m": "x", "le": "0.0001"]) == 4)
        #expect(page.value("h_seconds_bucket", ["m": "x", "le": "10"]) == 4)
        #expect(page.value("h_seconds_bucket", ["m": "x", "le": "+Inf"]) == 5)
        #expect(page.value("h_seconds_count", ["m": "x"]) == 5)
        #expect(page.value("h_seconds_sum", ["m": "x"]) == 20.000_100_001)
    }

    @Test(arguments: [
        (0.0, "0"), (1.5, "1.5"), (1e20, "1e+20"), (-3, "-3"), (.infinity, "+Inf"),
        (-.infinity, "-Inf"), (.nan, "NaN"), (0.00005, "5e-05"),
    ])
    func `Numbers are written as Go reads them`(value: Double, text: String) {
        #expect(PrometheusPage.number(value) == text)
    }

    @Test func `Adding from many threads loses nothing`() async {
        let (counter, gauge, histogram) = (Counter(), Gauge(), Histogram(.counts))
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for number in 0..<10_000 {
                        counter.add(2)
                        gauge.add(number % 2 == 0 ? 3 : -1)
                        histogram.record(Int64(number))
                    }
                }
            }
        }
        #expect(counter.value == 160_000)
        #expect(gauge.value == 80_000)
        #expect(histogram.read().count == 80_000)
        #expect(histogram.read().sum == Double(8 * (0..<10_000).reduce(0, +)))
    }

    @Test func `A server tells of its process by the usual names`() throws {
        let metrics = ServerMetrics(startedAt: 1_700_000_000_500_000, time: StillTime())
        let page = try StrictPage(metrics.registry.page())
        #expect(page.value("process_start_time_seconds") == 1_700_000_000.5)
        #expect(try #require(page.value("process_cpu_seconds_total")) > 0)
        #expect(try #require(page.value("process_resident_memory_bytes")) > 1_048_576)
        #expect(
            try #require(page.value("process_virtual_memory_bytes"))
                >= #require(page.value("process_resident_memory_bytes")))
        let open = try #require(page.value("process_open_fds"))
        #expect(open >= 3 && open <= page.value("process_max_fds") ?? .infinity)
        #expect(try #require(page.value("process_threads")) >= 1)
    }

    @Test func `Requests are counted by their kind and by how they ended`() throws {
        let time = StillTime()
        let metrics = ServerMetrics(startedAt: 0, time: time)
        metrics.requests.tellApart(["/a.B/C"])
        let service = Scripted(metrics.requests)
        func ask(
            _ method: String, _ target: String, isCall: Bool = false,
            _ body: @escaping @Sendable (Exchange) -> Void
        ) {
            service.answer = body
            _ = service.ask(
                method, target, fields: isCall ? ["content-type": "application/grpc+proto"] : [:])
        }
        ask("GET", "/") {
            $0.respond(ResponseHead(status: 200))
            time.pass(60_000)
            $0.finish()
        }
        ask("BREW", "/") {
            $0.respond(ResponseHead(status: 418))
            $0.finish()
        }
        ask("GET", "/") {
            $0.respond(ResponseHead(status: 200))
            $0.abort()
        }
        ask("GET", "/") {
            $0.fail()
            $0.finish()
        }
        ask("POST", "/a.B/C", isCall: true) {
            $0.respond(ResponseHead(status: 200))
            $0.finish(trailers: ["grpc-status": "0"])
        }
        ask("POST", "/a.B/C", isCall: true) { $0.answer(GRPCStatus(.unavailable, "no")) }
        ask("POST", "/a.B/C", isCall: true) { $0.fail() }
        ask("POST", "/a.B/C", isCall: true) { exchange in
            exchange.isEndless = true
            time.pass(3_600_000_000_000)
            exchange.cancel()
        }
        ask("POST", "/any/thing", isCall: true) { $0.answer(GRPCStatus(.unimplemented, "no")) }
        ask("POST", "/a.B/C", isCall: true) { _ in }
        ask("POST", "/a.B/C", isCall: true) { exchange in
            exchange.respond(ResponseHead(status: 415))
            exchange.finish()
        }

        let page = try StrictPage(metrics.registry.page())
        func count(_ way: String, _ method: String, _ status: String) -> Double? {
            page.value(
                "daybook_requests_total", ["protocol": way, "method": method, "status": status])
        }
        #expect(count("http", "GET", "200") == 1)
        #expect(count("http", "other", "4xx") == 1)
        #expect(count("http", "GET", "broken off") == 2)
        #expect(count("grpc", "a.B/C", "OK") == 1)
        #expect(count("grpc", "a.B/C", "UNAVAILABLE") == 1)
        #expect(count("grpc", "a.B/C", "UNKNOWN") == 1)
        #expect(count("grpc", "a.B/C", "CANCELLED") == 1)
        #expect(count("grpc", "a.B/C", "broken off") == 1)
        #expect(count("grpc", "other", "UNIMPLEMENTED") == 1)
        #expect(count("http", "POST", "200") == nil)
        let unused = ["protocol": "http", "method": "POST"]
        #expect(page.value("daybook_request_duration_seconds_count", unused) == nil)
        #expect(page.value("daybook_requests_under_way") == 1)
        let took = ["protocol": "http", "method": "GET"]
        #expect(page.value("daybook_request_duration_seconds_count", took) == 3)
        #expect(page.value("daybook_request_duration_seconds_sum", took) == 0.000_06)
        // All but the one that has no end of its own.
        let calls = ["protocol": "grpc", "method": "a.B/C"]
        #expect(page.value("daybook_request_duration_seconds_count", calls) == 4)
        #expect(page.value("daybook_request_duration_seconds_sum", calls) == 0)
    }

    @Test(
        arguments: [
            (200, "200"), (204, "204"), (299, "2xx"), (302, "3xx"), (418, "4xx"), (599, "5xx"),
            (101, "1xx"), (999, "5xx"), (7, "1xx"), (nil, "broken off"),
        ] as [(Int?, String)])
    func `Each status has a place in the list`(status: Int?, text: String) {
        #expect(RequestMetrics.statuses[RequestMetrics.status(status)] == text)
    }

    @Test func `A journal is asked how it does once for a page, and again a moment later`()
        async throws
    {
        let time = StillTime()
        let metrics = ServerMetrics(startedAt: 0, time: time)
        let store = try await EmbeddedStore.open(on: MemoryDisk())
        metrics.watch(store)
        func head() throws -> Double? {
            let page = try StrictPage(metrics.registry.page())
            return page.value("daybook_journal_head_position", ["journal": "main"])
        }
        #expect(try head() == 0)
        try await store.append([Event(type: "noted")], to: "account-1")
        #expect(try head() == 0)
        time.pass(200_000_000)
        #expect(try head() == 1)
        try await store.close()
    }

    @Test func `What is counted of connections and appends is on the page`() throws {
        let metrics = ServerMetrics(startedAt: 0, time: StillTime())
        metrics.transport.connected()
        metrics.transport.connected()
        metrics.transport.disconnected()
        metrics.transport.turnedAway(because: "no room")
        metrics.transport.ended("[::1]:7", Complaint(.tooMuch, "too much of it"))
        metrics.transport.received(10)
        metrics.transport.sent(20)
        metrics.appended(events: 3, nanoseconds: 1_000_000)
        let page = try StrictPage(metrics.registry.page())
        #expect(page.value("daybook_connections") == 1)
        #expect(page.value("daybook_connections_accepted_total") == 2)
        #expect(page.value("daybook_connections_refused_total") == 1)
        #expect(page.value("daybook_connections_ended_total", ["cause": "too-much"]) == 1)
        #expect(page.value("daybook_received_bytes_total") == 10)
        #expect(page.value("daybook_sent_bytes_total") == 20)
        #expect(page.value("daybook_events_appended_total") == 3)
        #expect(page.value("daybook_append_duration_seconds_bucket", ["le": "0.001"]) == 1)
    }
}

/// Answers as it is told.
private final class Scripted: HTTPService, @unchecked Sendable {
    // Safe: used by one test, on one thread.
    var answer: @Sendable (Exchange) -> Void = { _ in }
    private let metrics: RequestMetrics
    /// Exchanges that are not over live on.
    private var kept: [Exchange] = []

    init(_ metrics: RequestMetrics) { self.metrics = metrics }

    func begin(_ exchange: Exchange) {
        kept.append(exchange)
        metrics.began(exchange)
        if exchange.target == "/a.B/C" { exchange.kind = .call(0) }
        answer(exchange)
    }
}
