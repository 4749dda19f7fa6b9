import Daybook
import DaybookGRPC
import DaybookHTTP
import DaybookKurrentDB
import Testing

@Suite("Errors of the store, as clients know them")
struct KurrentErrorsTests {
    @Test func `Another revision than expected is told in words and in trailers`() {
        let error = StoreError.wrongRevision(
            "account-1", expected: .revision(3), actual: .live(last: 7))
        let status = GRPCStatus(error, stream: "account-1", expected: .revision(3))
        #expect(status.code == .failedPrecondition)
        #expect(
            status.message
                == "Append failed due to WrongExpectedVersion. Stream: account-1, "
                + "Expected version: 3, Actual version: 7")
        #expect(
            status.trailers == [
                "exception": "wrong-expected-version", "stream-name": "account-1",
                "expected-version": "3", "actual-version": "7",
            ])
    }

    @Test func `A stream without events has the actual version -1, and none in the trailer`() {
        let error = StoreError.wrongRevision("account-1", expected: .exists, actual: .never)
        let status = GRPCStatus(error, stream: "account-1", expected: .streamExists)
        #expect(status.message.hasSuffix("Expected version: -4, Actual version: -1"))
        #expect(status.trailers["actual-version"] == "")
    }

    @Test func `A tombstone is a precondition that failed`() {
        let error = StoreError.streamDeleted("account-1", actual: .tombstoned(last: 2))
        let status = GRPCStatus(error, stream: "account-1")
        #expect(status.code == .failedPrecondition)
        #expect(status.message == "Event stream 'account-1' is deleted.")
        #expect(
            status.trailers == ["exception": "stream-deleted", "stream-name": "account-1"])
    }

    @Test(arguments: [
        (StoreError.Code.invalid, GRPCStatus.Code.invalidArgument),
        (.tooLarge, .invalidArgument), (.partialDuplicate, .failedPrecondition),
        (.diskFull, .resourceExhausted), (.closed, .unavailable), (.poisoned, .unavailable),
        (.outcomeUnknown, .unknown), (.corrupt, .dataLoss), (.inputOutput, .internal),
        (.streamNotFound, .notFound), (StoreError.Code("made later"), .internal),
    ])
    func `Each kind of error has its code`(code: StoreError.Code, expected: GRPCStatus.Code) {
        let error = StoreError(code, "It failed", why: "of a test", remedy: "Look here.")
        #expect(GRPCStatus(error).code == expected)
    }
}
