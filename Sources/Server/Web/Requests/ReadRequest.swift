internal import Daybook
internal import DaybookBytes
internal import DaybookJSON

/// Which events are asked for, and from where to where: by a query string or by a body.
struct ReadRequest {
    var selection: Selection
    var direction = Read.Direction.forwards
    /// A revision of a stream, else a position.
    var from: UInt64?
    var since: Timestamp?
    var until: Timestamp?
    /// Times are those of occurrence, not of recording.
    var isOccurred = false
    /// At most so many; nil: all there are, or as many as a page has.
    var limit: Int?
    var includesSystem = false
    /// A checkpoint or a position, behind which to follow; nil: all there is.
    var after: String?

    /// Events of a page, at most, and where nothing was said.
    static let pageEventsMax = 1_000
    static let pageEventsDefault = 100
    /// A page ends with the event that takes it beyond so many bytes.
    static let pageBytesMax = 1 << 20

    /// A stream by its name, as the query goes on.
    init(stream: String, _ query: QueryValues) {
        selection = .stream(stream)
        take(query)
    }

    /// Events of any streams.
    init(_ query: QueryValues) {
        var item = Query.Item(
            types: Set(query.all("type")), tags: Set(query.all("tag")), stream: query["stream"],
            category: query["category"], correlation: query["correlation"])
        if item.isEmpty {
            selection = .all
        } else if let category = item.category, item == Query.Item(category: category) {
            selection = .category(category)
        } else {
            item.category = query["category"]
            selection = .query(Query([item]))
        }
        take(query)
    }

    private mutating func take(_ query: QueryValues) {
        if query["direction"] == "backwards" { direction = .backwards }
        from = query.number("from")
        since = query.time("since")
        until = query.time("until")
        isOccurred = query.has("occurred")
        limit = query.count("limit")
        includesSystem = query.has("system")
        after = query["after"]
    }

    static let fields = [
        "items", "from", "after", "since", "until", "occurred", "system", "direction", "limit",
    ]

    /// The body of `POST /v1/query`.
    init(_ body: RawSpan) throws {
        selection = .query(Query([]))
        try RequestFields.take(
            try JSON.slice(of: body), in: body, "A query", known: Self.fields
        ) { name, value in
            switch name {
            case "items": selection = .query(try QueryRequest.items(value, in: body))
            case "from": from = try RequestFields.number(value, in: body, name)
            case "after": after = try value.string(in: body)
            case "since": since = try Self.time(value, in: body, name)
            case "until": until = try Self.time(value, in: body, name)
            case "occurred": isOccurred = try value.bool(in: body)
            case "system": includesSystem = try value.bool(in: body)
            case "direction":
                let word = try value.string(in: body)
                guard word == "forwards" || word == "backwards" else {
                    throw Problem.invalid(
                        "`direction` is \(word.prefix(40))", why: "it is forwards or backwards",
                        remedy: Problem.seeDescription)
                }
                direction = word == "backwards" ? .backwards : .forwards
            default:
                let number = try value.int64(in: body)
                guard number > 0 else {
                    throw Problem.invalid(
                        "`limit` is \(number)", why: "it is at least 1",
                        remedy: "Leave it out for as many as a page has.")
                }
                limit = Int(number)
            }
        }
        if case .query(let query) = selection, query.items.isEmpty {
            throw Problem.invalid(
                "The query has no items", why: "without one it would be about every event",
                remedy: "Every event is read by GET /v1/events.")
        }
    }

    private static func time(
        _ value: JSONSlice, in body: RawSpan, _ name: String
    ) throws -> Timestamp {
        guard let time = Timestamp(try value.string(in: body)) else {
            throw Problem.invalid(
                "`\(name)` is no time", why: "it is one as RFC 3339 has it",
                remedy: "Write it so: 2011-12-09T12:50:00Z.",
                place: "byte \(value.range.lowerBound + 1)")
        }
        return time
    }
}

extension ReadRequest {
    private var isOneStream: Bool { if case .stream = selection { true } else { false } }

    /// As the store reads it.
    /// - Parameter limit: of this read; nil: all there are.
    func read(limit: Int?) throws(Problem) -> Read {
        if after != nil {
            throw .invalid(
                "`after` is for those who follow", why: "it is a place to resume from",
                remedy: "Read on by `from`, or follow with `Accept: text/event-stream`.")
        }
        if isOccurred && since == nil && until == nil {
            throw .invalid(
                "`occurred` has nothing to say", why: "it is about `since` and `until`",
                remedy: "Give one of them, or leave `occurred` out.")
        }
        var read = Read(
            selection, direction, limit: limit, includesSystemStreams: includesSystem)
        if isOccurred {
            read.occurredSince = since
            read.occurredUntil = until
        } else if let begin = direction == .forwards ? since : until {
            if from != nil {
                throw .invalid(
                    "`from` and `\(direction == .forwards ? "since" : "until")` cannot be given together",
                    why: "both say where to begin", remedy: "Leave one of them out.")
            }
            read.start = .time(begin)
        }
        if let from { read.start = isOneStream ? .revision(from) : .position(from) }
        return read
    }

    /// As the store follows it; the place to begin at is for the caller to say.
    func subscription() throws(Problem) -> Subscription {
        let said = [
            ("from", from != nil), ("since", since != nil), ("until", until != nil),
            ("limit", limit != nil), ("direction", direction == .backwards),
        ].first { $0.1 }
        if let (name, _) = said {
            throw .invalid(
                "`\(name)` is for reads that end", why: "what is followed comes as it is recorded",
                remedy: "Say by `after` where to begin, and leave `\(name)` out.")
        }
        return Subscription(selection, includesSystemStreams: includesSystem)
    }

    /// Whether an event recorded then lies behind the end of what was asked for: recorded times only grow.
    func isBeyondEnd(_ recordedAt: Timestamp) -> Bool {
        if isOccurred { return false }
        if direction == .forwards { return until.map { recordedAt > $0 } ?? false }
        return since.map { recordedAt < $0 } ?? false
    }

    /// The place of an event, from which a read may begin.
    func place(of event: borrowing EventView) -> UInt64 {
        isOneStream ? event.revision : event.position
    }

    /// Where a read in the other direction begins that gives what stands before an event; nil where that is nothing.
    func place(before event: borrowing EventView) -> UInt64? {
        let place = place(of: event)
        if direction == .backwards { return place + 1 }
        return place > (isOneStream ? 0 : 1) ? place - 1 : nil
    }
}
