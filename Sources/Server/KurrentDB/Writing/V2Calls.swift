internal import Daybook
internal import DaybookDesk
internal import DaybookGRPC
internal import DaybookHTTP
internal import DaybookStore

/// Answers a call when what its plan holds is recorded.
final class V2Answer {
    private let call: GRPCCall
    private let store: EmbeddedStore
    /// Of the plan no more: its events are the store's by then.
    private let expectations: StreamsV2.Expectations

    private init(
        _ call: GRPCCall, _ store: EmbeddedStore, _ expectations: StreamsV2.Expectations
    ) {
        self.call = call
        self.store = store
        self.expectations = expectations
    }

    static func begin(_ call: GRPCCall, _ desk: WritingDesk, _ plan: StreamsV2.Plan) {
        let answer = V2Answer(call, desk.store, plan.expectations)
        desk.submit(plan.proposed, of: call, for: answer) { $0.answer($1) }
    }

    private func answer(_ result: Result<Appended, StoreError>) {
        switch result {
        case .success(let appended):
            let streams = appended.streams.map {
                StreamsV2.AppendedStream(stream: $0.name, revision: $0.lastRevision)
            }
            call.reply(StreamsV2.AppendResponse(streams, position: appended.lastPosition))
        case .failure(let error):
            if let survey = CheckSurvey(expectations, error) {
                goOn(survey)
            } else {
                call.finish(expectations.status(error))
            }
        }
    }

    /// Looks which further checks fail, before the refusal is told: the store stops at the first.
    private func goOn(_ survey: CheckSurvey) {
        if call.isOver { return }
        var survey = survey
        while let stream = survey.next {
            let bound = LoopBound((self, survey), on: call.loop)
            let found = try? store.lookUp(.stream(stream)) { result in
                bound.post { answer, survey in
                    var survey = survey
                    survey.found(try? result.get().state)
                    answer.goOn(survey)
                }
            }
            switch found {
            case .waiting: return
            case .found(let info): survey.found(info.state)
            case nil: survey.found(nil)
            }
        }
        call.finish(survey.status)
    }
}

/// An `AppendSession`: each message is what one stream gets; all or nothing is recorded at the end.
final class AppendSessionCall: GRPCMethod {
    private let call: GRPCCall
    private let desk: WritingDesk
    private var plan: StreamsV2.Plan

    init(_ call: GRPCCall, _ desk: WritingDesk) {
        self.call = call
        self.desk = desk
        plan = StreamsV2.Plan.session(desk.incoming(call))
    }

    func message(_ bytes: borrowing RawSpan) throws(GRPCStatus) {
        try plan.add(try StreamsV2.AppendRequest.received(bytes))
    }

    var awaitsRest: Bool { !plan.proposed.isEmpty }

    func end() throws(GRPCStatus) {
        if plan.proposed.isEmpty {
            // Each request has records, so there was none.
            throw GRPCStatus(.failedPrecondition, "the session ends without any requests")
        }
        V2Answer.begin(call, desk, plan)
        plan = StreamsV2.Plan.session(desk.incoming(call))
    }
}

extension WritingDesk {
    func appendRecords(
        _ request: StreamsV2.AppendRecordsRequest, _ call: GRPCCall
    ) throws(GRPCStatus) -> (any GRPCAnswer)? {
        let plan = try StreamsV2.Plan.records(request, incoming(call))
        if plan.proposed.isEmpty { throw GRPCStatus.invalid("there are no records") }
        V2Answer.begin(call, self, plan)
        return nil
    }
}
