internal import Daybook
internal import DaybookJSON
internal import DaybookLines

/// A point in the life of a stream, as a request names it.
struct StatePoint {
    enum Place {
        case end
        case revision(Revision)
        case position(Position)
        case recorded(Timestamp)
        case occurred(Timestamp)
    }

    let place: Place

    init(_ query: QueryValues) throws(Problem) {
        let named = ["revision", "position", "at"].filter { query[$0] != nil }
        guard named.count <= 1 else {
            throw .invalid(
                "The state is asked for at \(named.count) points",
                why: "\(named.joined(separator: " and ")) each name one",
                remedy: "Name one of them.")
        }
        if query.has("occurred") && query["at"] == nil {
            throw .invalid(
                "`occurred` has nothing to say", why: "it is about `at`",
                remedy: "Give a time, or leave `occurred` out.")
        }
        if let revision = query.number("revision") {
            place = .revision(revision)
        } else if let position = query.number("position") {
            place = .position(position)
        } else if let time = query.time("at") {
            place = query.has("occurred") ? .occurred(time) : .recorded(time)
        } else {
            place = .end
        }
    }

    func read(of stream: String) -> Read {
        var read = Read.stream(stream)
        if case .occurred(let time) = place { read.occurredUntil = time }
        return read
    }

    /// Whether an event lies behind the point.
    func isBehind(_ event: borrowing EventView) -> Bool {
        switch place {
        case .end, .occurred: false
        case .revision(let last): event.revision > last
        case .position(let last): event.position > last
        case .recorded(let last): event.recordedAt > last
        }
    }
}

/// The state that the events of a stream have led to.
struct StateAnswer: EventTaker {
    /// More events, or more bytes of them, than a state is made of here: a program folds those itself.
    static let eventsMax = 100_000
    static let bytesMax = 64 << 20
    /// Merging is slow beside reading.
    static let stepsMax = 1

    private let stream: String
    private let point: StatePoint
    private var fold = StateFold()
    /// The first event that can be read, up to the point or not.
    private var first: Revision?
    private var count = 0
    private var byteCount = 0

    init(_ stream: String, _ point: StatePoint) {
        self.stream = stream
        self.point = point
    }

    mutating func take(_ batch: EventBatch, into sink: WebSink) throws(Problem) -> Bool {
        for index in batch.indices {
            let event = batch.view(at: index)
            if first == nil { first = event.revision }
            if point.isBehind(event) { return false }
            count += 1
            byteCount += event.dataBytes.byteCount
            if count > Self.eventsMax || byteCount > Self.bytesMax { throw tooMuch }
            fold.apply(event)
        }
        try sink.hasRead(byteCount)
        return true
    }

    private var tooMuch: Problem {
        Problem(
            .tooLarge(
                "The state of \(StoreError.quoted(stream))", max(count, byteCount),
                limit: count > Self.eventsMax ? Self.eventsMax : Self.bytesMax,
                named: count > Self.eventsMax ? "eventsMax" : "bytesMax")
        ).with(remedy: "Ask for an earlier point, or read the stream and fold its events yourself.")
    }

    /// Whether there is a revision to be at.
    private func check(_ asked: Revision) throws(Problem) {
        let what = "Stream \(StoreError.quoted(stream)) has no revision \(asked)"
        if let first, asked < first {
            throw .own(
                "revisionGone", what + " any more",
                why: "what stood before revision \(first) was truncated or deleted",
                remedy: "Ask for a revision from \(first) on; an earlier one may be in a backup.")
        }
        if let last = fold.revision, last >= asked { return }
        throw .own(
            "revisionNotFound", what,
            why: fold.revision.map { "its last revision is \($0)" }
                ?? "it has none that can be read",
            remedy: "Ask for a revision that it has.")
    }

    mutating func end(into sink: WebSink) throws(Problem) {
        if case .revision(let asked) = point.place { try check(asked) }
        var object: JSONObject = ["stream": .string(stream)]
        if let first, let revision = fold.revision {
            object["firstRevision"] = .number(JSONNumber(first))
            object["revision"] = .number(JSONNumber(revision))
        }
        object["state"] = fold.state ?? .null
        object["passedOver"] = .number(JSONNumber(fold.passedOver))
        sink.reply = .json(object)
    }
}
