internal import Daybook
internal import DaybookBytes
internal import DaybookDesk
internal import DaybookGRPC
internal import DaybookHTTP
internal import DaybookProtobuf
internal import DaybookProtocol
internal import DaybookStore

/// What is answered by one look.
extension ProtocolService {
    func addLookUps(to router: inout GRPCRouter) {
        named(V1.getHead, in: &router) { _ throws(StoreError) in
            .head
        } reply: { head, desk in
            V1.HeadResponse(head, history: desk.reading.history)
        }
        named(V1.getRecord, in: &router) { request throws(StoreError) in
            try .record(owner: request.name, key: request.key)
        } reply: { record, _ in
            V1.RecordResponse(record)
        }
        named(V1.getTracking, in: &router) { request throws(StoreError) in
            try .tracking(request.name)
        } reply: { token, _ in
            V1.TrackingResponse(token)
        }
        let service = self
        router.unary(V1.getStream) { bytes, call throws(GRPCStatus) in
            let request: V1.NamedRequest = try Self.decoded(bytes)
            service.look(request.journal, call) { () throws(StoreError) in
                try .stream(request.name)
            } answer: { info, desk in
                service.reply(info, desk, call)
            }
            return nil
        }
        addLists(to: &router)
    }

    private func addLists(to router: inout GRPCRouter) {
        let service = self
        router.unary(V1.listStreams) { bytes, call throws(GRPCStatus) in
            let request: V1.ListRequest = try Self.decoded(bytes)
            let limit = request.limit(atMost: V1.listedStreamsMax)
            service.look(request.journal, call) { () throws(StoreError) in
                try .streams(prefix: request.name, after: request.after, limit: limit + 1)
            } answer: { streams, _ in
                call.reply(
                    V1.StreamsResponse(
                        Array(streams.prefix(limit)), hasMore: streams.count > limit))
            }
            return nil
        }
        router.unary(V1.listRecords) { bytes, call throws(GRPCStatus) in
            let request: V1.ListRequest = try Self.decoded(bytes)
            let limit = request.limit(atMost: V1.listedRecordsMax)
            service.look(request.journal, call) { () throws(StoreError) in
                try .records(owner: request.name, after: request.after, limit: limit + 1)
            } answer: { records, _ in
                call.reply(
                    V1.RecordsResponse(
                        Array(records.prefix(limit)), hasMore: records.count > limit))
            }
            return nil
        }
        router.unary(V1.listJournals) { bytes, call throws(GRPCStatus) in
            let _: V1.JournalsRequest = try Self.decoded(bytes)
            let first = service.desks.first.store.journalName
            let bound = LoopBound(call, on: call.loop)
            service.desks.names.ask { result in
                bound.post { call in
                    switch result {
                    case .success(let names):
                        call.reply(V1.JournalsResponse(names, first: first))
                    case .failure(let error): call.finish(V1.status(error))
                    }
                }
            }
            return nil
        }
    }

    /// Adds a method that asks something by up to two names.
    private func named<Value, Response: ProtobufEncodable>(
        _ path: String, in router: inout GRPCRouter,
        asking question:
            @escaping @Sendable (V1.NamedRequest) throws(StoreError) -> LookUp<Value>,
        reply: @escaping @Sendable (Value, StoreDesk) -> Response
    ) {
        let service = self
        router.unary(path) { bytes, call throws(GRPCStatus) in
            let request: V1.NamedRequest = try Self.decoded(bytes)
            service.look(request.journal, call) { () throws(StoreError) in
                try question(request)
            } answer: { value, desk in
                call.reply(reply(value, desk))
            }
            return nil
        }
    }

    /// Asks a journal something, and answers on the loop of the call.
    private func look<Value>(
        _ journal: String, _ call: GRPCCall,
        for question: @escaping () throws(StoreError) -> LookUp<Value>,
        answer: @escaping (Value, StoreDesk) -> Void
    ) {
        desks.find(journal, on: call.loop) { found in
            do throws(StoreError) {
                let desk = try found.get()
                let bound = LoopBound((call, answer, desk), on: call.loop)
                let looked = try desk.store.lookUp(try question()) { result in
                    bound.post { waiting in
                        let (call, answer, desk) = waiting
                        switch result {
                        case .success(let value): answer(value, desk)
                        case .failure(let error): call.finish(desk.failed(error))
                        }
                    }
                }
                if case .found(let value) = looked { answer(value, desk) }
            } catch {
                call.finish((try? found.get())?.failed(error) ?? V1.status(error))
            }
        }
    }

    /// Tells how a stream is, once its last event can be read: the index knows of it a moment before.
    private func reply(_ info: StreamInfo, _ desk: StoreDesk, _ call: GRPCCall) {
        if info.lastPosition ?? 0 <= desk.store.headPosition {
            return call.reply(V1.StreamResponse(info))
        }
        let (store, name, bound) = (desk.store, info.name, LoopBound(call, on: call.loop))
        Task {
            let result: Result<StreamInfo, StoreError>
            do throws(StoreError) { result = .success(try await store.stream(name)) } catch {
                result = .failure(error)
            }
            bound.post { call in
                switch result {
                case .success(let info): call.reply(V1.StreamResponse(info))
                case .failure(let error): call.finish(V1.status(error))
                }
            }
        }
    }
}

extension StoreDesk {
    /// Notes a failure of a look-up, and says it.
    fileprivate func failed(_ error: StoreError) -> GRPCStatus {
        appends.note(error)
        return V1.status(error)
    }
}
