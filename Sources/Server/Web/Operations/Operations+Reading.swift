internal import Daybook
internal import DaybookBytes
internal import DaybookDesk
internal import DaybookHTTP
internal import DaybookJSON
internal import DaybookStore

extension Operations {
    static let reading: [Operation] =
        [readStream, readEvents, query].map {
            $0.failing(Problem.Codes.stream + Problem.Codes.follow)
        } + [getEvent, getState.failing(Problem.Codes.state)]

    private static let places: [Parameter] = [
        Parameter(
            "since", in: .query, .time, "Only what was recorded at or after this time."),
        Parameter(
            "until", in: .query, .time, "Only what was recorded at or before this time."),
        Parameter(
            "occurred", in: .query, .flag,
            "`since` and `until` mean the time of occurrence, and where there is none that of recording."
        ),
        Parameter(
            "direction", in: .query, .choice(["forwards", "backwards"]),
            "By default `forwards`."),
        Parameter(
            "limit", in: .query, .count(1...Int(Int32.max)),
            "At most so many; of a page, whatever is asked for, \(ReadRequest.pageEventsMax), and by default "
                + "\(ReadRequest.pageEventsDefault)."),
        Parameter(
            "after", in: .query, .text,
            "Of those who follow: begin behind this checkpoint or position, or with what comes by `now`."
        ),
        Parameter(
            "Last-Event-ID", in: .header, .text, "The same; a browser says it when it comes again."),
        Parameter(
            "format", in: .query, .choice(["cloudevents"]),
            "Of those who follow: events as CloudEvents."),
        sameAs,
    ]

    private static let answers = [
        Operation.Answer(
            status: 200,
            summary:
                "A page as JSON, with the ways to what follows and what stands before; or all of it, an event a "
                + "line.",
            kinds: [
                (MediaType.json, "Page"), (MediaType.lines, "EventLines"),
                (MediaType.eventStream, "EventStream"), (CloudEvent.batch, "CloudEvents"),
            ],
            fields: [
                ("Link", "`next` and `prev`, as in the page."),
                ("ETag", "Of a page: the same as long as the page is."),
            ])
    ]

    private static let readStream = Operation(
        "readStream", "GET", "/v1/streams/{stream}", "Read a stream.",
        detail:
            "`Accept` says in which form: `application/json`, a page, `application/x-ndjson`, all of it, or "
            + "`application/cloudevents-batch+json`, a page of CloudEvents.",
        parameters: [
            stream,
            Parameter("from", in: .query, .number, "Begin at this revision."),
        ] + places, answers: answers + [unchanged]
    ) { request in
        try request.read(ReadRequest(stream: request.stream, request.query))
    }

    private static let readEvents = Operation(
        "readEvents", "GET", "/v1/events", "Read events of any streams.",
        detail: "In the order of positions. Without a selection it is every event of the journal.",
        parameters: [
            Parameter(
                "type", in: .query, .name(bytesMax: Limits.nameBytesMax),
                "Events of this type; of any of them where it comes several times."
            ).repeating,
            Parameter(
                "tag", in: .query, .name(bytesMax: Limits.nameBytesMax),
                "Events with this tag; with all of them where it comes several times."
            ).repeating,
            Parameter(
                "category", in: .query, .name(bytesMax: Limits.nameBytesMax),
                "Events of the streams whose names begin with it and `-`."),
            Parameter(
                "stream", in: .query, .name(bytesMax: Limits.nameBytesMax), "Events of this stream."
            ),
            Parameter(
                "correlation", in: .query, .name(bytesMax: Limits.correlationBytesMax),
                "Events with this correlation."),
            Parameter(
                "system", in: .query, .flag, "Also the streams whose names begin with `$`."),
            Parameter("from", in: .query, .number, "Begin at this position."),
        ] + places, answers: answers + [unchanged]
    ) { request in
        try request.read(ReadRequest(request.query))
    }

    private static let query = Operation(
        "query", "POST", "/v1/query", "Read the events that a query matches.",
        detail:
            "For queries of several items; else as `GET /v1/events`. A page has `nextFrom` in place of `next`.",
        body: Operation.Body(
            kinds: [(MediaType.json, "QueryRead")], summary: "The query.",
            example: [
                "items": [["types": ["paid-in", "paid-out"], "tags": ["customer:ada"]]],
                "limit": 10,
            ]),
        answers: answers
    ) { request in
        let asked = try ReadRequest(request.body.rawSpan)
        request.forgetBody()
        try request.read(asked, hasLinks: false)
    }

    private static let getEvent = Operation(
        "getEvent", "GET", "/v1/events/{position}", "The event at a position.",
        parameters: [Parameter("position", in: .path, .number, "Its position, from 1.")],
        answers: [
            Operation.Answer(
                status: 200, summary: "The event.", kinds: [(MediaType.json, "Event")])
        ]
    ) { request in
        // It was looked at with the path.
        let position = Position(request.path["position"] ?? "") ?? 0
        let read = Read(
            from: .position(max(position, 1)), limit: 1, includesSystemStreams: true)
        try request.read(read, SingleEvent(position, head: request.store.headPosition))
    }

    private static let getState = Operation(
        "getState", "GET", "/v1/streams/{stream}/state", "What the events of a stream add up to.",
        detail:
            "The fold of their data by JSON merge patch (RFC 7396), in the order of revisions: members are set, null "
            + "removes one, anything but an object replaces all.",
        parameters: [
            stream,
            Parameter("revision", in: .query, .number, "Behind this revision."),
            Parameter("position", in: .query, .number, "Up to this position."),
            Parameter("at", in: .query, .time, "At this time."),
            Parameter("occurred", in: .query, .flag, "`at` means the time of occurrence."),
        ],
        answers: [
            Operation.Answer(
                status: 200, summary: "The state then.", kinds: [(MediaType.json, "State")])
        ]
    ) { request in
        let point = try StatePoint(request.query)
        try request.read(point.read(of: request.stream), StateAnswer(request.stream, point))
    }
}

extension WebRequest {
    /// Sends the events that were asked for in the form that the client likes.
    func read(_ asked: ReadRequest, hasLinks: Bool = true) throws {
        let kinds = [
            MediaType.json, MediaType.lines, MediaType.eventStream, CloudEvent.batch,
        ]
        guard let kind = MediaType.choice(fields["accept"], among: kinds) else {
            throw Problem.notAcceptable(kinds)
        }
        if kind == MediaType.eventStream { return try follow(asked) }
        if query["format"] != nil {
            throw Problem.invalid(
                "`format` is for those who follow", why: "a read says it by `Accept`",
                remedy: "Ask with `Accept: \(CloudEvent.batch)`.")
        }
        if kind == MediaType.lines {
            return try self.read(
                try asked.read(limit: asked.limit),
                EventLinesAnswer(asked, isWanted: exchange.method != "HEAD"))
        }
        let page =
            kind == CloudEvent.batch
            ? EventPage(
                asked, CloudEventForm(store.identity.journal), of: desk.reading.history,
                isBare: true)
            : EventPage(asked, PlainForm(), of: desk.reading.history)
        let read = try page.read()
        let address = PageAddress(self, asked)
        try self.read(
            read,
            EventPageAnswer(page, link: hasLinks ? { address.text(from: $0, isBack: $1) } : nil))
    }
}

/// The address of another page of a read.
struct PageAddress {
    private let path: String
    private let pairs: [RequestTarget.Pair]
    private let direction: Read.Direction
    private let isOccurred: Bool

    init(_ request: WebRequest, _ asked: ReadRequest) {
        // Encoded anew: what a client leaves as it is may end the text that it stands in.
        path = request.segments.map { "/" + RequestTarget.encoded($0) }.joined()
        pairs = request.query.pairs
        direction = asked.direction
        isOccurred = asked.isOccurred
    }

    func text(from place: UInt64, isBack: Bool) -> String {
        let isForwards = (direction == .forwards) != isBack
        var text = "\(path)?from=\(place)"
        if !isForwards { text += "&direction=backwards" }
        for pair in pairs {
            switch pair.name {
            case "from", "direction": continue
            // That is where it began, and now it begins elsewhere.
            case "since" where isForwards && !isOccurred: continue
            case "until" where !isForwards && !isOccurred: continue
            default:
                text += "&\(pair.name)=\(RequestTarget.encoded(pair.value))"
            }
        }
        return text
    }
}
