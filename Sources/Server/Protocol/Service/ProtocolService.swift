internal import Daybook
internal import DaybookBytes
package import DaybookDesk
package import DaybookGRPC
internal import DaybookProtobuf
internal import DaybookProtocol

/// The service `daybook.v1.EventStoreService`, for all journals of a store.
package struct ProtocolService: Sendable {
    let desks: JournalDesks

    package init(_ desks: JournalDesks) { self.desks = desks }

    /// Adds its methods.
    package func add(to router: inout GRPCRouter) {
        let service = self
        router.add(V1.append) { UnaryAppend($0, service.desks) }
        router.add(V1.appendPipelined) { PipelinedAppends($0, service.desks) }
        router.unary(V1.delete) { bytes, call throws(GRPCStatus) in
            try service.delete(bytes, call)
            return nil
        }
        router.unary(V1.read) { bytes, call throws(GRPCStatus) in try service.read(bytes, call) }
        router.unary(V1.subscribe) { bytes, call throws(GRPCStatus) in
            try service.subscribe(bytes, call)
        }
        addLookUps(to: &router)
    }

    /// Takes a request apart.
    static func decoded<Message: ProtobufDecodable>(
        _ bytes: RawSpan, as type: Message.Type = Message.self
    ) throws(GRPCStatus) -> Message {
        do throws(StoreError) { return try V1.decoded(bytes) } catch { throw V1.status(error) }
    }

    private func delete(_ bytes: RawSpan, _ call: GRPCCall) throws(GRPCStatus) {
        let request: V1.DeleteRequest = try Self.decoded(bytes)
        desks.find(request.journal, on: call.loop) { found in
            do throws(StoreError) {
                let (kind, condition) = try request.known()
                try found.get().appends.delete(
                    request.stream, kind, expecting: condition, on: call.loop, for: call
                ) { call, result in
                    switch result {
                    case .success(let position): call.reply(V1.DeleteResponse(position: position))
                    case .failure(let error): call.finish(V1.status(error))
                    }
                }
            } catch {
                call.finish(V1.status(error))
            }
        }
    }
}

extension GRPCStatus {
    /// The server is to end: clients go on elsewhere, or later.
    static let ending = V1.status(
        StoreError(
            .closed, "The call was ended", why: "the server is ending",
            remedy: "Connect again, and go on behind the last position."))

    static let oneMessage = V1.status(
        .invalid(
            "The call cannot be", why: "this method takes exactly one message",
            remedy: "Send one message, and end the request."))
}
