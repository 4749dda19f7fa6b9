internal import Daybook
internal import DaybookDesk
internal import DaybookGRPC

/// The appends of one `BatchAppend` whose pieces are still coming in, told apart by their correlations.
///
/// It decides what a message means; what is to be recorded is recorded by others.
struct OpenBatches {
    /// What one client may have open on one call: so many names are held, none longer than one may be.
    static let countMax = 1_024

    /// An append, whole or in the making.
    struct Batch {
        let correlation: SentUUID
        let stream: String
        let expected: ExpectedRevision?
        /// By the clock that never goes back, in microseconds.
        let deadline: Int64
        /// Nil where it was handed on, or comes to nothing.
        var proposed: ProposedAppend?
        /// Why it comes to nothing; its further pieces are dropped, and it is answered when they are over.
        var refusal: WriteRefusal?

        /// The answer to it.
        func response(_ result: Result<Appended, WriteRefusal>) -> Streams.BatchAppendResponse {
            switch result {
            case .success(let appended):
                response(
                    .success(revision: appended.revision, position: appended.lastPosition))
            case .failure(let refusal): response(.failure(refusal.failure(stream, expected)))
            }
        }

        func response(
            _ result: Streams.BatchAppendResponse.Result
        ) -> Streams.BatchAppendResponse {
            Streams.BatchAppendResponse(
                correlation: correlation, result: result, stream: stream, expected: expected)
        }
    }

    enum Step {
        /// There is more to come.
        case wait
        /// This append is whole.
        case write(Batch)
        case answer(Streams.BatchAppendResponse)
    }

    /// What time it is, in microseconds.
    struct Now {
        /// Since 1970.
        var wall: Int64
        /// By the clock that never goes back.
        var steady: Int64
    }

    private var open: [EventID: Batch] = [:]

    /// Whether no append has begun that is not whole.
    var isEmpty: Bool { open.isEmpty }

    /// - Parameter bytes: what the message was read from.
    /// - Throws: where the message belongs to no append at all: the call is over.
    mutating func take(
        _ request: Streams.BatchAppendRequest, of bytes: RawSpan, _ incoming: IncomingBytes,
        now: Now
    ) throws(GRPCStatus) -> Step {
        guard let correlation = request.correlation else {
            throw GRPCStatus(.invalidArgument, "a piece of an append has no correlation")
        }
        var batch: Batch
        if let known = open.removeValue(forKey: correlation.id) {
            batch = known
        } else if open.count < Self.countMax {
            batch = Self.begin(correlation, request.options, incoming, now)
        } else {
            throw GRPCStatus(
                .resourceExhausted, "more than \(Self.countMax) appends are open on this call")
        }
        Self.add(request.events, of: bytes, to: &batch)
        if !request.isFinal {
            open[correlation.id] = batch
            return .wait
        }
        if let refusal = batch.refusal { return .answer(batch.response(.failure(refusal))) }
        if batch.deadline <= now.steady {
            let failure = Streams.BatchFailure.timeout(
                "the time that the client gave was up before the append was whole")
            return .answer(batch.response(.failure(failure)))
        }
        return .write(batch)
    }

    private static func begin(
        _ correlation: SentUUID, _ options: Streams.BatchOptions?, _ incoming: IncomingBytes,
        _ now: Now
    ) -> Batch {
        let stream = options?.stream ?? ""
        let proposed = ProposedAppend(incoming)
        let refusal = Self.refusal(of: options)
        if refusal == nil, let expected = options?.expected {
            proposed.expect(expected.condition, of: stream)
        }
        return Batch(
            correlation: correlation, stream: stream.cut(toBytes: nameBytesMax),
            expected: options?.expected, deadline: Self.deadline(options?.deadline, now),
            proposed: proposed, refusal: refusal)
    }

    /// The longest name that is kept and answered with: that of the metadata of a stream.
    private static let nameBytesMax = Limits.nameBytesMax + 2

    /// Why an append that begins so comes to nothing.
    private static func refusal(of options: Streams.BatchOptions?) -> WriteRefusal? {
        guard let options, options.expected != nil else {
            return .invalid(
                "the first piece of an append has to say its stream and what is expected of it")
        }
        do throws(StoreError) { try StreamName.validateWritten(options.stream) } catch {
            return .store(error)
        }
        return nil
    }

    private static func deadline(_ deadline: Streams.BatchOptions.Deadline?, _ now: Now) -> Int64 {
        let left: Int64
        switch deadline {
        case nil: return .max
        case .after(let span): left = span.microseconds
        case .at(let instant):
            let (difference, isBeyond) = instant.microseconds.subtractingReportingOverflow(now.wall)
            left = isBeyond ? .max : difference
        }
        let (sum, isBeyond) = now.steady.addingReportingOverflow(left)
        return isBeyond ? .max : sum
    }

    private static func add(
        _ events: [Streams.ProposedMessage], of bytes: RawSpan, to batch: inout Batch
    ) {
        if batch.refusal != nil { return }
        do throws(WriteRefusal) {
            for event in events { try batch.proposed?.add(event, of: bytes, to: batch.stream) }
        } catch {
            batch.refusal = error
            // What it holds is of no use any more.
            batch.proposed = nil
        }
    }
}
