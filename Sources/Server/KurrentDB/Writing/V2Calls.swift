internal import Daybook
internal import DaybookGRPC
internal import DaybookHTTP
internal import DaybookStore

/// Has what a plan holds recorded, and answers the call.
final class V2Write {
    private let call: GRPCCall
    private let desk: WritingDesk
    private let plan: StreamsV2.Plan

    init(_ call: GRPCCall, _ desk: WritingDesk, _ plan: StreamsV2.Plan) {
        self.call = call
        self.desk = desk
        self.plan = plan
    }

    func begin() {
        if desk.store.hasRoom { return submit() }
        let bound = LoopBound(self, on: call.loop)
        desk.store.whenRoom { bound.post { $0.submit() } }
    }

    private func submit() {
        if call.isOver { return }
        let bound = LoopBound(self, on: call.loop)
        do throws(StoreError) {
            try desk.store.submit(plan.proposed.append, from: StoreSubmitter()) { result in
                bound.post { $0.answer(result) }
            }
        } catch {
            answer(.failure(error))
        }
    }

    private func answer(_ result: Result<Appended, StoreError>) {
        switch result {
        case .success(let appended):
            let streams = appended.streams.map {
                StreamsV2.AppendedStream(stream: $0.name, revision: $0.lastRevision)
            }
            call.reply(StreamsV2.AppendResponse(streams, position: appended.lastPosition))
        case .failure(let error): call.finish(plan.status(.store(error)))
        }
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
        plan = StreamsV2.Plan.session(desk.incoming)
    }

    func message(_ bytes: borrowing RawSpan) throws(GRPCStatus) {
        try plan.add(try StreamsV2.AppendRequest.received(bytes))
    }

    func end() throws(GRPCStatus) {
        if plan.proposed.isEmpty {
            throw GRPCStatus.invalid("the session ends without any records")
        }
        V2Write(call, desk, plan).begin()
    }
}

extension WritingDesk {
    func appendRecords(
        _ request: StreamsV2.AppendRecordsRequest, _ call: GRPCCall
    ) throws(GRPCStatus) -> (any GRPCAnswer)? {
        let plan = try StreamsV2.Plan.records(request, incoming)
        if plan.proposed.isEmpty { throw GRPCStatus.invalid("there are no records") }
        V2Write(call, self, plan).begin()
        return nil
    }
}
