import DaybookBytes
import DaybookGRPC
import DaybookHTTP
import DaybookKurrentDB
import DaybookServerTesting
import Testing

/// What the filters of any number of readers take.
@Suite("The memory of filters") struct FilterMemoryTests {
    /// An expression that matches nothing, and is like no other.
    private func expression(_ number: Int) -> String { "(?:)^never-\(number)-(a|b|c|d){20}$" }

    @Test func `is bounded, and those that ask for the same share it`() async throws {
        let server = try await ReadingServer(patternBytesMax: 100_000)
        server.places.allow(10_000)
        var calls: [ReadCall] = []
        while calls.last?.code != .resourceExhausted && calls.count < 5_000 {
            calls.append(
                server.read(.all.filter(.pattern(expression(calls.count))).subscription))
        }
        #expect(calls.count > 3)
        let refused = calls.removeLast()
        #expect(refused.code == .resourceExhausted)
        #expect(refused.status?["grpc-message"]?.contains("100000 bytes") == true)
        #expect(server.places.taken == calls.count, "what is refused takes no place")
        for _ in 0..<100 {
            let same = server.read(.all.filter(.pattern(expression(0))).subscription)
            #expect(same.status == nil)
            same.leave()
        }
        let other = server.read(.all.filter(.pattern("(?:)^other$")).subscription)
        for call in calls { call.leave() }
        calls = []
        _ = try other.told()
        let again = server.read(.all.filter(.pattern(expression(-1))).subscription)
        #expect(again.status == nil, "there is room again")
        #expect(try again.told().first == "confirmed")
    }

    @Test func `for what was found of names is that of so many names`() {
        let cache = VerdictCache()
        let filters = [cache.newFilter(), cache.newFilter()]
        for number in 0..<20_000 {
            let name = Array("stream-\(number)".utf8)
            cache.keep(number.isMultiple(of: 2), of: name.rawSpan, by: filters[number % 2])
            #expect(
                cache.verdict(of: name.rawSpan, by: filters[number % 2])
                    == number.isMultiple(of: 2))
            #expect(cache.verdict(of: name.rawSpan, by: filters[1 - number % 2]) == nil)
        }
        #expect(cache.count > VerdictCache.namesMax / 2)
        #expect(cache.count <= VerdictCache.namesMax)
    }
}
