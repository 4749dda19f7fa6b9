internal import Daybook
internal import DaybookDesk
internal import DaybookHTTP

/// The CloudEvents of a request on their way to be recorded, as one append.
///
/// Each is known by its source and id, whatever it comes along with: who delivers them may make other batches of them when
/// sending again. Where the store knows some of them, the others are recorded without these; but where something is expected
/// of the stream, as that is about all of them. One that stands in a batch several times is recorded once, too.
final class CloudEventsAppend {
    private struct Member {
        let stream: String
        /// The number of the first that is the same; its own, but of a repetition.
        let first: Int
        /// Where it was recorded before; of a repetition nothing is said.
        var place: RecordedPlace?
    }

    /// What tells whether two are the same.
    private struct Identity: Hashable {
        let stream: Spelling
        let id: EventID
    }

    private let request: WebRequest
    /// Where they go; nil: to the streams that their subjects name.
    private let stream: String?
    private let condition: StreamCondition
    /// By event of the body.
    private var events: [Member] = []
    private var tries = 0

    /// Between two tries somebody else may have recorded more of them.
    private static let triesMax = 4

    init(
        _ request: WebRequest, to stream: String? = nil, expecting condition: StreamCondition = .any
    ) {
        self.request = request
        self.stream = stream
        self.condition = condition
    }

    /// Has those recorded that were not before, as far as is known.
    func submit() throws {
        tries += 1
        let append = try proposed()
        let exchange = request.exchange
        request.desk.appends.submit(
            append, on: exchange.loop, for: self, isOver: exchange.isOver
        ) { waiting, result in waiting.request.attempt { try waiting.answered(result) } }
    }

    /// The body is kept until then, and read again for the few requests that need it.
    private func proposed() throws -> ProposedAppend {
        let append = ProposedAppend(request.incoming)
        let isFirst = events.isEmpty
        var seen: [Identity: Int] = [:]
        for (number, event) in try CloudEvent.all(of: request).enumerated() {
            if !isFirst && !isToRecord(number) { continue }
            let (recorded, subject) = try event.event()
            guard let stream = stream ?? subject else {
                throw Problem.invalid(
                    "It is not said to which stream the event goes",
                    why: "event \(number) has no `subject`",
                    remedy: "Give it one, or post it to /v1/streams/STREAM.")
            }
            if isFirst {
                let identity = Identity(stream: Spelling(stream), id: recorded.id)
                let first = seen[identity] ?? number
                seen[identity] = first
                events.append(Member(stream: stream, first: first))
                if first != number { continue }
            }
            try recorded.withFields { (event) throws(WriteRefusal) in
                try append.add(event, to: stream)
            }
        }
        if append.isEmpty { throw Problem.noEvent(remedy: "Send an event, or an array of some.") }
        if let stream { append.expect(condition, of: stream) }
        return append
    }

    /// Whether it is neither recorded, as far as is known, nor a repetition.
    private func isToRecord(_ number: Int) -> Bool {
        events[number].place == nil && events[number].first == number
    }

    private func answered(_ result: Result<Appended, StoreError>) throws {
        switch result {
        case .success(let appended): request.send(reply(to: appended))
        case .failure(let error):
            guard error.code == .partialDuplicate, !error.recorded.isEmpty else {
                return request.send(Problem(error).reply)
            }
            note(error.recorded)
            guard condition == .any, tries < Self.triesMax else {
                var problem = Problem(error)
                problem.recorded = events.map { events[$0.first].place?.position }
                return request.send(problem.reply)
            }
            if events.indices.contains(where: isToRecord) { return try submit() }
            request.send(replyToKnown())
        }
    }

    /// - Parameter places: by event of the last try.
    private func note(_ places: [RecordedPlace?]) {
        var places = places[...]
        for number in events.indices where isToRecord(number) {
            events[number].place = places.popFirst() ?? nil
        }
    }

    private func reply(to appended: Appended) -> Reply {
        if events.indices.allSatisfy(isToRecord) { return appended.reply() }
        // Those of one append stand one behind the other.
        var positions: [Position] = []
        var next = appended.firstPosition
        for (number, event) in events.enumerated() {
            if isToRecord(number) {
                positions.append(next)
                next += 1
            } else {
                positions.append(event.place?.position ?? positions[event.first])
            }
        }
        return reply(positions, appended.streams, isDuplicate: appended.isDuplicate)
    }

    /// All of them were recorded before, though not by one append.
    private func replyToKnown() -> Reply {
        reply(events.compactMap { events[$0.first].place?.position }, [], isDuplicate: true)
    }

    private func reply(
        _ positions: [Position], _ written: [Appended.Stream], isDuplicate: Bool
    ) -> Reply {
        let last = lastRevisions(written)
        let appended = Appended(
            firstPosition: positions.first ?? 0, lastPosition: positions.last ?? 0,
            streams: last, isDuplicate: isDuplicate)
        return appended.reply(positions: positions)
    }

    /// By stream, in the order of their first events, the greatest revision of any of the events in it.
    private func lastRevisions(_ written: [Appended.Stream]) -> [Appended.Stream] {
        var order: [String] = []
        var last: [Spelling: Revision] = [:]
        func add(_ stream: String, _ revision: Revision) {
            let key = Spelling(stream)
            last[key] = max(last[key] ?? 0, revision)
        }
        for stream in written { add(stream.name, stream.lastRevision) }
        var seen: Set<Spelling> = []
        for event in events {
            if let place = event.place { add(event.stream, place.revision) }
            if seen.insert(Spelling(event.stream)).inserted { order.append(event.stream) }
        }
        return order.map { Appended.Stream(name: $0, lastRevision: last[Spelling($0)] ?? 0) }
    }
}
