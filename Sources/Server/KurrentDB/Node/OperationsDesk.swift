package import DaybookDesk
package import DaybookGRPC
internal import DaybookHTTP

/// The methods of KurrentDB's protocol by which a server is looked after.
package struct OperationsDesk: Sendable {
    private let control: any NodeControl
    private let places: any SubscriberPlaces

    /// - Parameter places: A client that is told figures again and again takes one, as a subscriber does.
    package init(_ control: any NodeControl, places: any SubscriberPlaces) {
        self.control = control
        self.places = places
    }

    package func add(to router: inout GRPCRouter) {
        let desk = self
        router.unary(Operations.startScavenge) {
            (_: EmptyMessage, call) throws(GRPCStatus) in
            // How many threads it may take, and where it begins, is passed over.
            let (id, isNew) = desk.control.startCompaction()
            call.reply(Operations.ScavengeResponse(id: id, isNew ? .started : .inProgress))
            return nil
        }
        router.unary(Operations.stopScavenge) {
            (request: Operations.StopScavengeRequest, call) throws(GRPCStatus) in
            guard desk.control.stopCompaction(request.id) else {
                throw .scavengeNotFound(request.id)
            }
            call.reply(Operations.ScavengeResponse(id: request.id, .stopped))
            return nil
        }
        router.unary(Operations.shutdown) { (_: EmptyMessage, call) throws(GRPCStatus) in
            call.reply(EmptyMessage())
            desk.control.shutDown()
            return nil
        }
        // Runs of the index are merged as they come, and a server that is alone leads whatever its priority.
        for path in [Operations.mergeIndexes, Operations.resignNode, Operations.setNodePriority] {
            router.unary(path) { (_: EmptyMessage, call) throws(GRPCStatus) in
                call.reply(EmptyMessage())
                return nil
            }
        }
        router.unary(Monitoring.stats) {
            (request: Monitoring.StatsRequest, call) throws(GRPCStatus) in
            try desk.tellFigures(request, call)
        }
        router.refuse(
            Operations.restartPersistentSubscriptions,
            because: "there are no persistent subscriptions on this server")
    }

    private func tellFigures(
        _ request: Monitoring.StatsRequest, _ call: GRPCCall
    ) throws(GRPCStatus) -> any GRPCAnswer {
        guard places.take() else { throw .tooManySubscriptions }
        call.isEndless()
        let answer = FiguresAnswer(call, control, request.interval) { [places] in places.leave() }
        answer.begin()
        return answer
    }
}

extension Monitoring.StatsRequest {
    /// Between two answers, in milliseconds: to look at all there is takes some time.
    static let intervalMin = 100
    static let intervalMax = 86_400_000

    var interval: Int {
        Int(min(max(milliseconds, UInt64(Self.intervalMin)), UInt64(Self.intervalMax)))
    }
}

extension GRPCStatus {
    /// No compaction of this id is under way.
    static func scavengeNotFound(_ id: String) -> GRPCStatus {
        GRPCStatus(
            .notFound, "Scavenge '\(id)' is not under way",
            trailers: ["exception": "scavenge-not-found", "scavenge-id": id])
    }
}
