import Daybook
import DaybookGRPC
import DaybookHTTP
import DaybookKurrentDB
import DaybookProtobuf
import DaybookStore
import Testing

@Suite(.timeLimit(.minutes(1)))
struct DeleteTests {
    @Test func `a deleted stream is empty, is deleted again, and goes on where it was`()
        async throws
    {
        let client = try await WritingClient()
        _ = await client.append(.any, [proposed(), proposed()])
        let deleted = await client.call(Streams.delete, [options("account-1", .revision(1))])
        #expect(deleted.messages == [Streams.DeleteResponse(position: 3).encoded()])
        #expect(try await client.store.stream("account-1").state == .softDeleted(last: 1))
        let again = await client.call(Streams.delete, [options("account-1", .revision(1))])
        #expect(again.messages == [Streams.DeleteResponse(position: nil).encoded()])
        let answer = await client.append(.noStream, [proposed()])
        #expect(
            answer.messages == [
                Streams.AppendResponse.success(revision: 2, position: 4).encoded()
            ])
    }

    @Test func `another revision than expected is a status with trailers`() async throws {
        let client = try await WritingClient()
        _ = await client.append(.any, [proposed()])
        for path in [Streams.delete, Streams.tombstone] {
            let answer = await client.call(path, [options("account-1", .revision(5))])
            #expect(answer.code == .failedPrecondition)
            #expect(answer.status["exception"] == "wrong-expected-version")
            #expect(answer.status["expected-version"] == "5")
            #expect(answer.status["actual-version"] == "0")
        }
    }

    @Test func `a stream that never was has no version`() async throws {
        let client = try await WritingClient()
        let answer = await client.call(Streams.delete, [options("account-1", .any)])
        #expect(answer.code == .failedPrecondition)
        #expect(answer.status["grpc-message"]?.hasSuffix("Actual version: -1") == true)
    }

    @Test(arguments: ["$ce-order", "$et-paid", "$streams", "$$$ce-order", "$other", "$$$streams"])
    func `a stream of the system's is neither written nor deleted`(stream: String) async throws {
        let client = try await WritingClient()
        var refused = [await client.append(.any, [proposed()], to: stream)]
        for path in [Streams.delete, Streams.tombstone] {
            refused.append(await client.call(path, [options(stream, .any)]))
        }
        for answer in refused {
            #expect(answer.code == .permissionDenied)
            #expect(answer.status["exception"] == "access-denied")
        }
        #expect(client.store.headPosition == 0)
    }

    @Test func `a tombstone ends a stream for every way of writing`() async throws {
        let client = try await WritingClient()
        _ = await client.append(.any, [proposed()])
        let answer = await client.call(Streams.tombstone, [options("account-1", .streamExists)])
        #expect(answer.code == .ok)
        var refused = [await client.append(.any, [proposed()])]
        for path in [Streams.delete, Streams.tombstone] {
            refused.append(await client.call(path, [options("account-1", .any)]))
        }
        for answer in refused {
            #expect(answer.code == .failedPrecondition)
            #expect(answer.status["exception"] == "stream-deleted")
            #expect(answer.status["stream-name"] == "account-1")
        }
    }
}
