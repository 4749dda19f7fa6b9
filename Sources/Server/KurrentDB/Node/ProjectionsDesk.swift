internal import Daybook
package import DaybookGRPC
internal import DaybookJSON
package import DaybookStore

/// The methods of KurrentDB's protocol by which projections are managed. There are those of the system alone: they are
/// indexes here, complete at every moment, and cannot be stopped.
package struct ProjectionsDesk: Sendable {
    private let store: EmbeddedStore

    package init(_ store: EmbeddedStore) { self.store = store }

    static let names = [
        "$by_category", "$by_correlation_id", "$by_event_type", "$stream_by_category", "$streams",
    ]

    package func add(to router: inout GRPCRouter) {
        let desk = self
        router.unary(Projections.statistics) {
            (request: Projections.StatisticsRequest, call) throws(GRPCStatus) in
            var messages = GRPCMessages()
            for name in try Self.names(in: request) { messages.add(desk.statistics(of: name)) }
            call.accept()
            call.send(&messages)
            call.finish()
            return nil
        }
        for path in [Projections.state, Projections.result] {
            named(path, in: &router) { _, call throws(GRPCStatus) in
                call.reply(Projections.ValueResponse(.object([:])))
            }
        }
        // They run already, and have nothing that could be restarted.
        named(Projections.enable, in: &router) { _, call throws(GRPCStatus) in
            call.reply(EmptyMessage())
        }
        router.unary(Projections.restartSubsystem) { (_: EmptyMessage, call) throws(GRPCStatus) in
            call.reply(EmptyMessage())
            return nil
        }
        let changes = [
            Projections.disable: "stopped", Projections.reset: "reset",
            Projections.update: "changed", Projections.delete: "deleted",
        ]
        for (path, change) in changes {
            named(path, in: &router) { name, _ throws(GRPCStatus) in
                throw GRPCStatus(
                    .failedPrecondition,
                    "Projection '\(name)' is one of the system's and cannot be \(change): it is an "
                        + "index of the store")
            }
        }
        router.refuse(
            Projections.create,
            because: "this server runs no projections but the system's: "
                + Self.names.joined(separator: ", "))
    }

    /// Adds a method about one projection, which has to be there.
    private func named(
        _ path: String, in router: inout GRPCRouter,
        _ answer: @escaping @Sendable (String, GRPCCall) throws(GRPCStatus) -> Void
    ) {
        router.unary(path) { (request: Projections.NamedRequest, call) throws(GRPCStatus) in
            try Self.check(request.name)
            try answer(request.name, call)
            return nil
        }
    }

    private static func check(_ name: String) throws(GRPCStatus) {
        if !names.contains(name) {
            throw GRPCStatus(.notFound, "Projection '\(name)' was not found")
        }
    }

    private static func names(
        in request: Projections.StatisticsRequest
    ) throws(GRPCStatus) -> [String] {
        switch request.mode {
        case .name(let name):
            try check(name)
            return [name]
        case .all, .continuous: return names
        case .transient, .oneTime: return []
        case nil: throw .invalid("the request does not say which projections it is about")
        }
    }

    private func statistics(of name: String) -> Projections.StatisticsResponse {
        let head = store.headPosition
        let place = "C:\(head)/P:\(head)"
        return Projections.StatisticsResponse(
            name: name, status: "Running", mode: "Continuous", position: place, progress: 100,
            lastCheckpoint: place)
    }
}
