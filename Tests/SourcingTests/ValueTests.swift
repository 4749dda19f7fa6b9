import Daybook
import DaybookBytes
import DaybookCoding
import Testing

@Suite struct `Values of the contract in events` {
    private struct Loan: Codable, Equatable {
        var dueAt: Timestamp
        var contract: EventID
    }

    @Test func `Are texts`() throws {
        let loan = Loan(dueAt: Timestamp(microseconds: 1_323_435_000_123_456), contract: EventID())
        let data = try PayloadEncoder(.json).encode(loan)
        #expect(
            String(decoding: data, as: UTF8.self)
                == #"{"dueAt":"2011-12-09T12:50:00.123456Z","contract":"\#(loan.contract)"}"#)
        for format in PayloadFormat.allCases {
            let data = try PayloadEncoder(format).encode(loan)
            #expect(try PayloadDecoder(format).decode(Loan.self, from: data.rawSpan) == loan)
        }
    }

    @Test(arguments: [#"{"dueAt":"soon","contract":"7"}"#, #"{"dueAt":7,"contract":"7"}"#])
    func `Are refused where they are none`(text: String) {
        let data = Array(text.utf8)
        #expect(throws: DecodingError.self) {
            try PayloadDecoder(.json).decode(Loan.self, from: data.rawSpan)
        }
    }
}
