internal import Daybook
internal import DaybookBytes
internal import DaybookDesk
internal import DaybookHTTP
internal import DaybookJSON

extension Operations {
    static let appending: [Operation] = [
        appendToStream, append, postCloudEvents, deleteStream, putMetadata,
    ]

    private static let recorded = [
        Operation.Answer(
            status: 201, summary: "Recorded, and durable.", kinds: [(MediaType.json, "Appended")],
            fields: [("ETag", "The last revision of the stream, in quotes.")]),
        Operation.Answer(
            status: 200, summary: "The same events were recorded before, and not again.",
            kinds: [(MediaType.json, "Appended")],
            fields: [("ETag", "The last revision of the stream in that append, in quotes.")]),
    ]

    private static let appendToStream = Operation(
        "appendToStream", "POST", "/v1/streams/{stream}", "Append events to a stream.",
        detail:
            "All of them are recorded, in this order, or none. Sent again with the same ids they are answered as the "
            + "first time, and recorded once.",
        parameters: [stream, expect, ifMatch, ifNoneMatch],
        body: Operation.Body(
            kinds: [
                (MediaType.json, "ProposedEvents"), (MediaType.lines, "ProposedEventLines"),
                (CloudEvent.structured, "CloudEvent"), (CloudEvent.batch, "CloudEvents"),
            ],
            summary:
                "One event, an array of events, or a line for each; or CloudEvents: with `ce-…` fields the body is the "
                + "data of one.",
            example: ["type": "paid-in", "data": ["amount": 250], "tags": ["customer:ada"]]),
        answers: recorded
    ) { request in
        let condition = try StreamCondition.asked(request.query["expect"], request.fields)
        if request.hasCloudEvents {
            return try CloudEventsAppend(request, to: request.stream, expecting: condition).submit()
        }
        let events = try ProposedEvents(
            request.body.rawSpan, request.contentType == MediaType.lines ? .lines : .json,
            to: request.stream, request.incoming)
        events.append.expect(condition, of: request.stream)
        request.record(events.append, newIDs: events.newIDs)
    }

    private static let append = Operation(
        "append", "POST", "/v1/append", "Append events to several streams.",
        detail:
            "All of them are recorded, in this order, or none. `expect` says what streams have to be; `condition` "
            + "refuses the append if an event that matches a query stands behind a position.",
        body: Operation.Body(
            kinds: [(MediaType.json, "Append")],
            summary: "The events and the conditions.",
            example: [
                "events": [
                    ["stream": "account-1", "type": "paid-out", "data": ["amount": 50]],
                    ["stream": "account-2", "type": "paid-in", "data": ["amount": 50]],
                ],
                "expect": ["account-1": 4],
            ]),
        answers: recorded
    ) { request in
        let asked = try AppendRequest(request.body.rawSpan, request.incoming)
        request.record(asked.append, newIDs: asked.newIDs)
    }

    private static let postCloudEvents = Operation(
        "appendCloudEvents", "POST", "/v1/cloudevents",
        "Append CloudEvents to the streams that they are about.",
        detail:
            "The `subject` of each names its stream. In binary, structured or batch mode; the same `source` and `id` "
            + "are recorded once, whatever they come along with.",
        body: Operation.Body(
            kinds: [(CloudEvent.structured, "CloudEvent"), (CloudEvent.batch, "CloudEvents")],
            summary: "An event or several; with `ce-…` fields the data of one.",
            example: [
                "specversion": "1.0", "id": "7", "source": "/tills/3", "type": "sold",
                "subject": "till-3", "data": ["amount": 12],
            ]),
        answers: recorded
    ) { request in
        try CloudEventsAppend(request).submit()
    }

    private static let deleteStream = Operation(
        "deleteStream", "DELETE", "/v1/streams/{stream}", "Delete a stream.",
        detail:
            "Softly: its events so far are gone from it, and the next append reopens it. By a tombstone: for good.",
        parameters: [
            stream,
            Parameter(
                "kind", in: .query, .choice(["soft", "tombstone"]),
                "How: by default `soft`."),
            expect, ifMatch, ifNoneMatch,
        ],
        answers: [
            Operation.Answer(
                status: 200, summary: "It is deleted.", kinds: [(MediaType.json, "Deleted")])
        ]
    ) { request in
        let condition = try StreamCondition.asked(request.query["expect"], request.fields)
        request.delete(
            request.query["kind"] == "tombstone" ? .tombstone : .soft, expecting: condition)
    }

    private static let putMetadata = Operation(
        "setStreamMetadata", "PUT", "/v1/streams/{stream}/metadata",
        "Set the metadata of a stream.",
        detail: "They replace those that were. `If-Match` is about the ETag of the metadata.",
        parameters: [stream, ifMatch, ifNoneMatch],
        body: Operation.Body(
            kinds: [(MediaType.json, "Metadata")], summary: "A JSON object.",
            example: ["$maxCount": 1000, "owner": "accounting"]),
        answers: recorded
    ) { request in
        let condition = try StreamCondition.asked(nil, request.fields)
        // The store takes it for an empty object; here it is a body that was lost.
        if request.body.isEmpty {
            throw Problem.invalid(
                "There are no metadata in the body", why: "the body is empty",
                remedy: "Send a JSON object; `{}` sets none.")
        }
        _ = try StreamMetadata(decoding: request.body)
        let stream = StreamName.metadata(of: request.stream)
        let append = ProposedAppend(request.incoming)
        try Event(type: SystemType.metadata, data: request.body).withFields {
            (event) throws(WriteRefusal) in try append.add(event, to: stream)
        }
        append.expect(condition, of: stream)
        // A tombstone is in the way of metadata, too.
        append.terms.conditions[request.stream] = .any
        request.record(append)
    }
}

extension WebRequest {
    /// Whether its body has CloudEvents, in whatever mode.
    var hasCloudEvents: Bool {
        CloudEvent.isBinary(fields) || contentType == CloudEvent.structured
            || contentType == CloudEvent.batch
    }

    /// Where the events that it brings are counted.
    var incoming: IncomingBytes { desk.appends.incoming(exchange.connection) }

    /// Has an append recorded once the store has room, also where the client goes away after that.
    /// - Parameter newIDs: those of its events, where the client does not know all of them.
    func record(_ append: ProposedAppend, newIDs: [EventID]? = nil) {
        forgetBody()
        desk.appends.submit(append, on: exchange.loop, for: self, isOver: self.exchange.isOver) {
            $0.answer($1.map { $0.reply(ids: newIDs) })
        }
    }

    /// Answers with what the store said; who looks after it was told of failures.
    func answer(_ result: Result<Reply, StoreError>) {
        switch result {
        case .success(let reply): send(reply)
        case .failure(let error): send(Problem(error).reply)
        }
    }

    /// Has the stream in the path deleted.
    func delete(_ kind: Deletion, expecting condition: StreamCondition) {
        do throws(StoreError) {
            try desk.appends.delete(
                stream, kind, expecting: condition, on: exchange.loop, for: self
            ) { $0.answer($1.map { .json(["position": .number(JSONNumber($0))]) }) }
        } catch { answer(.failure(error)) }
    }
}
