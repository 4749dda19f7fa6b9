import Daybook
import DaybookGRPC
import DaybookHTTP
import DaybookKurrentDB
import DaybookProtobuf
import DaybookStore
import Testing

@Suite(.timeLimit(.minutes(15)))
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

    /// As KurrentDB: its StorageWriterService answers a soft deletion with WrongExpectedVersion, and -1 as the version
    /// that there is, where the stream has neither events nor metadata, whatever is expected.
    @Test(arguments: [.any, .noStream, .streamExists, .revision(0)] as [ExpectedRevision])
    func `a stream that never was has no version`(expected: ExpectedRevision) async throws {
        let client = try await WritingClient()
        let answer = await client.call(Streams.delete, [options("account-1", expected)])
        #expect(answer.code == .failedPrecondition)
        #expect(answer.status["exception"] == "wrong-expected-version")
        #expect(answer.status["grpc-message"]?.hasSuffix("Actual version: -1") == true)
        #expect(client.store.headPosition == 0)
    }

    /// KurrentDB would delete the metadata: here they wait for the first event.
    @Test func `a stream that has only metadata keeps them`() async throws {
        let client = try await WritingClient()
        let metadata = proposed(type: "$metadata", data: #"{"$maxCount":2}"#)
        #expect(await client.append(.any, [metadata], to: "$$account-1").code == .ok)
        let answer = await client.call(Streams.delete, [options("account-1", .any)])
        #expect(answer.status["exception"] == "wrong-expected-version")
        #expect(try await client.store.stream("account-1").state == .onlyMetadata)
        #expect(try await client.store.streamMetadata(of: "account-1").maxCount == 2)
    }

    @Test func `a stream that was never written can be ended for good`() async throws {
        let client = try await WritingClient()
        let refused = await client.call(Streams.tombstone, [options("account-1", .revision(0))])
        #expect(refused.status["exception"] == "wrong-expected-version")
        let ended = await client.call(Streams.tombstone, [options("account-1", .any)])
        #expect(ended.messages == [Streams.DeleteResponse(position: 1).encoded()])
        let other = await client.call(Streams.tombstone, [options("account-2", .noStream)])
        #expect(other.code == .ok)
        let answer = await client.append(.noStream, [proposed()])
        #expect(answer.status["exception"] == "stream-deleted")
    }

    @Test func `a deleted stream that is expected to exist is told as deleted`() async throws {
        let client = try await WritingClient()
        _ = await client.append(.any, [proposed()])
        _ = await client.call(Streams.delete, [options("account-1", .any)])
        for events in [[proposed()], []] {
            let answer = await client.append(.streamExists, events)
            #expect(answer.code == .failedPrecondition)
            #expect(answer.status["exception"] == "stream-deleted")
        }
        let id = EventID()
        let answer = await client.call(
            Streams.batchAppend, [batch(id, .streamExists, [proposed()])])
        let failure = Streams.BatchFailure.streamDeleted(
            "account-1", "Event stream 'account-1' is deleted.")
        let expected = Streams.BatchAppendResponse(
            correlation: SentUUID(id, .string), result: .failure(failure), stream: "account-1",
            expected: .streamExists)
        #expect(answer.messages == [expected.encoded()])
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
