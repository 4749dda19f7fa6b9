import Daybook
import DaybookBytes
import DaybookGRPC
import DaybookHTTP
import DaybookProtobuf
import DaybookProtocol
import Testing

/// Errors as calls end with them, and the answers to look-ups.
struct ErrorMessagesTests {
    private static let error = StoreError(
        .wrongRevision, "Stream 's' is not as expected", why: "it has another revision",
        remedy: "Read again.", place: "stream 's'", stream: "s", actual: .live(last: 3))

    @Test func `A status carries the error in full`() throws {
        let status = V1.status(Self.error)
        #expect(status.code == .failedPrecondition)
        #expect(status.message == "Stream 's' is not as expected: it has another revision")
        #expect(V1.error(inDetails: status.details.rawSpan) == Self.error)
        #expect(V1.error(inDetails: [UInt8]().rawSpan) == nil)
        #expect(V1.error(inDetails: ([1, 2, 3] as [UInt8]).rawSpan) == nil)
    }

    @Test func `The longest error fits into the trailers`() {
        let name = String(repeating: "\u{1F4D6}", count: 256)
        let error = StoreError.wrongRevision(
            name, expected: .none, actual: .softDeleted(last: .max))
        let status = V1.status(error)
        #expect(status.fields["grpc-status-details-bin"] != nil)
        #expect(V1.error(inDetails: status.details.rawSpan) == error)
    }

    @Test(arguments: [
        (StoreError.Code.conflict, GRPCStatus.Code.failedPrecondition),
        (.partialDuplicate, .alreadyExists), (.streamNotFound, .notFound), (.notFound, .notFound),
        (.invalid, .invalidArgument), (.tooLarge, .invalidArgument),
        (.diskFull, .resourceExhausted), (.busy, .resourceExhausted), (.closed, .unavailable),
        (.poisoned, .unavailable), (.outcomeUnknown, .unknown), (.corrupt, .dataLoss),
        (.cancelled, .cancelled), (.inputOutput, .internal), (.init("later"), .internal),
    ])
    func `Each code has its status`(code: StoreError.Code, status: GRPCStatus.Code) {
        #expect(V1.status(StoreError(code, "a", why: "b", remedy: "c")).code == status)
    }

    @Test(arguments: [
        StreamState.never, .onlyMetadata, .live(last: 0), .softDeleted(last: 9),
        .tombstoned(last: nil), .tombstoned(last: 4),
    ])
    func `Every state of a stream arrives`(state: StreamState) throws {
        let info = StreamInfo(
            name: "s", state: state, firstRevision: 2,
            lastPosition: state == .never ? nil : 12)
        let bytes = V1.StreamResponse(info).encoded()
        #expect(try V1.StreamResponse.decoded(from: bytes.rawSpan).info == info)
        let list = V1.StreamsResponse([info, info], hasMore: true).encoded()
        let told = try V1.StreamsResponse.decoded(from: list.rawSpan)
        #expect(told.streams == [info, info])
        #expect(told.hasMore)
    }

    @Test func `Look-ups arrive as they were asked for and answered`() throws {
        let named = V1.NamedRequest("owner", key: "key", journal: "j")
        #expect(try V1.NamedRequest.decoded(from: named.encoded().rawSpan) == named)
        let list = V1.ListRequest("prefix", after: "a", limit: 7, journal: "j")
        #expect(try V1.ListRequest.decoded(from: list.encoded().rawSpan) == list)
        #expect(list.limit(atMost: 5) == 5)
        #expect(list.limit(atMost: 9) == 7)
        #expect(V1.ListRequest().limit(atMost: 9) == 9)

        let head = V1.HeadResponse(
            Checkpoint(
                journal: EventID(high: 1, low: 2), epoch: 3, position: 4,
                event: EventID(high: 5, low: 6)),
            history: "h")
        let told = try V1.HeadResponse.decoded(from: head.encoded().rawSpan)
        #expect(told == head)
        #expect(told.checkpoint?.position == 4)

        let value = RecordValue(key: "k", value: [1], sequence: 2)
        for record in [nil, value] {
            let bytes = V1.RecordResponse(record).encoded()
            #expect(try V1.RecordResponse.decoded(from: bytes.rawSpan).record == record)
        }
        let records = V1.RecordsResponse([value], hasMore: false)
        #expect(try V1.RecordsResponse.decoded(from: records.encoded().rawSpan) == records)
        for token in [nil, TrackingToken(token: [], note: [1])] {
            let bytes = V1.TrackingResponse(token).encoded()
            #expect(try V1.TrackingResponse.decoded(from: bytes.rawSpan).tracking == token)
        }
        let journals = V1.JournalsResponse(["billing", "main"], first: "main")
        #expect(try V1.JournalsResponse.decoded(from: journals.encoded().rawSpan) == journals)
    }
}
