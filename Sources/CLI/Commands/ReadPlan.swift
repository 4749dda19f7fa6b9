internal import Daybook
internal import DaybookPlatform

/// What to read, and at which recorded time to stop.
struct ReadPlan: Equatable {
    static let declarations: [OptionDeclaration] =
        SelectionOptions.declarations + [
            .value(
                "from", "N", summary: "Begin at this revision of a stream, else at this position."),
            .value("since", "TIME", summary: "Only what was recorded at or after this time."),
            .value("until", "TIME", summary: "Only what was recorded at or before this time."),
            .flag("occurred", "--since and --until mean the time of occurrence."),
            .value("limit", "N", summary: "At most so many events."),
            .flag("backwards", "The last event first."),
        ]

    let request: Read
    /// Recorded times only grow, so the first event beyond this ends the reading.
    private let end: Timestamp?

    init(
        _ arguments: Arguments, _ time: any TimeSource, else fallback: Selection? = nil
    ) throws(Failure) {
        let options = try SelectionOptions(arguments, else: fallback)
        let backwards = arguments.has("backwards")
        var since: Timestamp?
        var until: Timestamp?
        if let text = arguments["since"] { since = try Instant.parse(text, option: "since", time) }
        if let text = arguments["until"] { until = try Instant.parse(text, option: "until", time) }
        var request = Read(
            options.selection, backwards ? .backwards : .forwards,
            limit: try arguments.count("limit"),
            includesSystemStreams: options.includesSystemStreams)
        if arguments.has("occurred") {
            guard since != nil || until != nil else {
                throw .usage(
                    "`--occurred` has nothing to say", why: "it is about --since and --until",
                    remedy: "Give one of them, or leave --occurred out.")
            }
            request.occurredSince = since
            request.occurredUntil = until
            end = nil
        } else {
            let first = backwards ? "until" : "since"
            try arguments.refuse("from", with: first, why: "both say where to begin")
            if let start = backwards ? until : since { request.start = .time(start) }
            end = backwards ? since : until
        }
        if let from = try arguments.number("from") {
            request.start = options.isOneStream ? .revision(from) : .position(from)
        }
        self.request = request
    }

    /// Whether an event recorded then lies behind the end of what was asked for.
    func isBeyondEnd(_ recordedAt: Timestamp) -> Bool {
        guard let end else { return false }
        return request.direction == .forwards ? recordedAt > end : recordedAt < end
    }
}

extension ReadPlan {
    /// Calls `body` with each batch and how many of its events were asked for, which is all of them
    /// but in the last one.
    func forEachBatch(
        of store: any EventStore, _ body: (EventBatch, Int) throws -> Void
    ) async throws {
        let cursor = try store.cursor(request)
        while let batch = try await cursor.next() {
            let beyond = batch.indices.first { isBeyondEnd(batch.view(at: $0).recordedAt) }
            try body(batch, beyond ?? batch.count)
            if beyond != nil { return }
        }
    }
}
