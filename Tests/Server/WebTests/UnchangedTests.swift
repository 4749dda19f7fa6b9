import Daybook
import DaybookHTTP
import DaybookStore
import Testing

@testable import DaybookWeb

@Suite(.timeLimit(.minutes(15))) struct `What a client has already` {
    private func again(_ asked: Asked, _ target: String, _ tag: String) async -> Asked.Answer {
        await asked.ask("GET", target, nil, ["if-none-match": tag])
    }

    @Test func `A page is not sent again as long as it is the same`() async throws {
        let asked = try await Asked.bank()
        let full = "/v1/streams/account-1?limit=4"
        let last = "/v1/streams/account-1?from=8"
        let tag = try #require(await asked.get(full).fields["etag"])
        let lastTag = try #require(await asked.get(last).fields["etag"])
        #expect(tag.hasPrefix("W/\"") && tag != lastTag)
        for known in [tag, "\"x\", " + tag, String(tag.dropFirst(2)), "*"] {
            let unchanged = await again(asked, full, known)
            #expect(unchanged.status == 304 && unchanged.text.isEmpty, "\(known)")
            #expect(unchanged.fields["etag"] == tag)
            #expect(unchanged.fields["content-length"] == nil)
        }
        #expect(await again(asked, full, lastTag).status == 200)
        // What is recorded behind it changes the last page, and no full one.
        try await asked.store.append([Event(type: "paid", data: "{}")], to: "account-1")
        #expect(await again(asked, full, tag).status == 304)
        #expect(await again(asked, last, lastTag).status == 200)
        // What is truncated changes it.
        try await asked.store.setMetadata(StreamMetadata(truncateBefore: 1), of: "account-1")
        #expect(await again(asked, full, tag).status == 200)
        // To write, it says nothing of the stream.
        let append = await asked.post("/v1/streams/account-1", "[]", ["if-match": tag])
        #expect(append.status == 400)
    }

    @Test func `Pages of any events, heads, and what a stream is`() async throws {
        let asked = try await Asked.bank()
        for target in ["/v1/events?type=paid&limit=3", "/v1/streams/account-1/info"] {
            let tag = try #require(await asked.get(target).fields["etag"])
            #expect(await again(asked, target, tag).status == 304)
            let head = await asked.ask("HEAD", target, nil, ["if-none-match": tag])
            #expect(head.status == 304)
        }
        let info = await asked.get("/v1/streams/account-1/info")
        #expect(info.fields["etag"] == "\"9\"")
    }

    @Test func `Answers say what they depend on`() async throws {
        let asked = try await Asked.bank()
        let page = await asked.get("/v1/streams/account-1")
        #expect(Set(page.fields.values("vary")) == ["accept", "accept-encoding"])
        #expect(page.fields["cache-control"] == "no-cache")
        let lines = await asked.get("/v1/events", accept: "application/x-ndjson")
        #expect(Set(lines.fields.values("vary")) == ["accept", "accept-encoding"])
        let refused = await asked.get("/v1/events", accept: "text/html")
        #expect(refused.fields.values("vary") == ["accept"])
        let tag = try #require(page.fields["etag"])
        let unchanged = await again(asked, "/v1/streams/account-1", tag)
        #expect(Set(unchanged.fields.values("vary")) == ["accept", "accept-encoding"])
        let events = await asked.get(
            "/v1/streams/account-1", accept: "application/cloudevents-batch+json")
        #expect(events.fields["etag"] != tag)
        #expect(await asked.get("/openapi.json").fields["vary"] == "accept-encoding")
    }
}
