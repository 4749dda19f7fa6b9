internal import Daybook
internal import DaybookGRPC
internal import DaybookProtobuf

/// Which checks of an `AppendRecords` fail, of which the store has refused one.
///
/// The others are looked at one after the other, a little later than the store decided: they are told for the client's
/// convenience.
struct CheckSurvey {
    /// Checks that are looked at.
    static let checksMax = 1_024
    /// Bytes of the violations that are told: clients take 8 KiB of trailers, and Base64 adds a third.
    static let violationBytesMax = 2_048

    private let checks: ArraySlice<StreamsV2.Expectation>
    private let refused: Int
    /// The check that the store refused, for which there is always room.
    private let first: StreamsV2.Violation
    private let words: String
    private var place = 0
    private var bytes: Int
    private var violations: [StreamsV2.Violation] = []

    /// - Returns: Nil where the error is no check that fails.
    init?(_ expectations: StreamsV2.Expectations, _ error: StoreError) {
        guard !expectations.isSession, error.code != .partialDuplicate,
            let actual = error.actual, let refused = expectations.place(of: error)
        else { return nil }
        checks = expectations.all.prefix(max(Self.checksMax, refused + 1))
        self.refused = refused
        first = StreamsV2.Violation(checks[refused], actual)
        words = error.description
        bytes = Self.size(first)
        skip()
    }

    /// The stream to be looked at; nil: all is known.
    var next: String? { place < checks.count ? checks[place].stream : nil }

    /// - Parameter state: How the stream is; nil where that cannot be told.
    mutating func found(_ state: StreamState?) {
        let check = checks[place]
        if let state, !check.state.condition.isMet(by: state) {
            let violation = StreamsV2.Violation(check, state)
            bytes += Self.size(violation)
            if bytes <= Self.violationBytesMax { violations.append(violation) }
        }
        place += 1
        skip()
    }

    /// Past the check that was refused, and to the end where there is no room for more.
    private mutating func skip() {
        if place == refused {
            violations.append(first)
            place += 1
        }
        if bytes > Self.violationBytesMax, place > refused { place = checks.count }
    }

    /// With what stands before each.
    private static func size(_ violation: StreamsV2.Violation) -> Int {
        violation.encoded().count + 3
    }

    /// The status with which the call ends.
    var status: GRPCStatus {
        let more = violations.count - 1
        let others = more == 0 ? "" : " \(more) other check\(more == 1 ? "" : "s") failed, too."
        return StreamsV2.Failure.checksFailed(violations).status(words + others)
    }
}

extension StreamsV2.Violation {
    fileprivate init(_ check: StreamsV2.Expectation, _ state: StreamState) {
        self.init(
            check: check.check, stream: check.stream, expected: check.state,
            actual: StreamsV2.StreamState(state))
    }
}
