import Daybook
import DaybookHTTP
import DaybookKurrentDB
import DaybookProtobuf
import DaybookStore
import Testing

@Suite(.timeLimit(.minutes(15)))
struct NodeTests {
    @Test func `the methods there are, and no others, are told in lower case`() async throws {
        let client = try await WritingClient()
        let answer = await client.call(ServerFeatures.getSupportedMethods, [[]])
        let streams = "event_store.client.streams.streams"
        let newer = "kurrentdb.protocol.v2.streams.streamsservice"
        let expected = ServerFeatures.SupportedMethods(
            [
                .init("event_store.client.gossip.gossip", "read"), .init(streams, "append"),
                .init(streams, "batchappend", ["deadline_duration"]), .init(streams, "delete"),
                .init(streams, "tombstone"), .init(newer, "appendrecords"),
                .init(newer, "appendsession"),
            ], version: "1.2.3")
        #expect(answer.messages == [expected.encoded()])
    }

    @Test func `the cluster is one server, which leads`() async throws {
        let client = try await WritingClient()
        let answer = await client.call(Gossip.read, [[]])
        let member = Gossip.Member(
            id: EventID(high: 1, low: 2), instant: Timestamp(microseconds: 1_000_000),
            host: "localhost", port: 2113)
        #expect(answer.messages == [Gossip.ClusterInfo([member]).encoded()])
    }
}
