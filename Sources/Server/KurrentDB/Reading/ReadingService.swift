internal import Daybook
package import DaybookDesk
package import DaybookGRPC
internal import DaybookStore

/// Reads and subscriptions by KurrentDB's protocol: the method `Read` of its streams.
package final class ReadingService: Sendable {
    private let desk: ReadingDesk
    private let shelves: FilterShelves

    /// - Parameter patternBytesMax: What the regular expressions of all readers may take.
    package init(_ desk: ReadingDesk, patternBytesMax: Int = PatternRoom.bytesMax) {
        self.desk = desk
        shelves = FilterShelves(PatternRoom(bytesMax: patternBytesMax))
    }

    /// Adds its method.
    package func add(to router: inout GRPCRouter) {
        let service = self
        router.unary(Streams.read) { (request: Streams.ReadRequest, call) throws(GRPCStatus) in
            try service.read(request, call)
        }
    }

    private func read(
        _ request: Streams.ReadRequest, _ call: GRPCCall
    ) throws(GRPCStatus) -> any GRPCAnswer {
        let plan = try ReadingPlan(request.options)
        var filter: EventFilter?
        if let asked = plan.filter { filter = try shelves.shelf(on: call.loop).filter(asked) }
        switch plan.extent {
        case .count(let count):
            let answer = ReadAnswer(
                GRPCReadSink(call), CountedRead(plan, filter, count: count), desk)
            answer.begin()
            return answer
        case .subscription: return try follow(plan, filter, call)
        }
    }

    private func follow(
        _ plan: ReadingPlan, _ filter: EventFilter?, _ call: GRPCCall
    ) throws(GRPCStatus) -> any GRPCAnswer {
        let head = desk.store.headPosition
        if case .position(let position) = plan.place, position > head {
            throw GRPCStatus(.beyondHead(position, head: head))
        }
        let interest: HeadInterest =
            switch plan.subject {
            case .stream(let name): .stream(desk.store.hash(ofStream: name))
            case .list(let stream): .list(stream.list)
            case .all: filter.map { .filter($0) } ?? .everything
            }
        let conversation = FollowedRead(
            plan, filter, interest: interest, head: head, time: desk.time)
        let places = desk.places
        guard places.take() else { throw .tooManySubscriptions }
        call.isEndless()
        let answer = ReadAnswer(GRPCReadSink(call), conversation, desk) { places.leave() }
        call.send { writer in
            Streams.ReadResponse.confirmation(subscription: EventID().description)
                .encode(into: &writer)
        }
        answer.begin()
        return answer
    }
}
