internal import Daybook
internal import DaybookBytes
internal import DaybookHTTP
internal import DaybookJSON
internal import DaybookPlatform
internal import DaybookStore

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
            var append = try CloudEvent.append(of: request, to: request.stream)
            if condition != .any { append.conditions[request.stream] = condition }
            return try request.record(append, newIDs: nil)
        }
        let events = try ProposedEvents(
            request.body.rawSpan, request.contentType == MediaType.lines ? .lines : .json,
            to: request.stream)
        var append = Append()
        append.entries = events.entries
        if condition != .any { append.conditions[request.stream] = condition }
        try request.record(append, newIDs: events.newIDs)
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
        let asked = try AppendRequest(request.body.rawSpan)
        try request.record(asked.append, newIDs: asked.newIDs)
    }

    private static let postCloudEvents = Operation(
        "appendCloudEvents", "POST", "/v1/cloudevents",
        "Append CloudEvents to the streams that they are about.",
        detail:
            "The `subject` of each names its stream. In binary, structured or batch mode; the same `source` and `id` "
            + "are recorded once.",
        body: Operation.Body(
            kinds: [(CloudEvent.structured, "CloudEvent"), (CloudEvent.batch, "CloudEvents")],
            summary: "An event or several; with `ce-…` fields the data of one.",
            example: [
                "specversion": "1.0", "id": "7", "source": "/tills/3", "type": "sold",
                "subject": "till-3", "data": ["amount": 12],
            ]),
        answers: recorded
    ) { request in
        try request.record(try CloudEvent.append(of: request, to: nil), newIDs: nil)
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
        try request.delete(
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
        _ = try StreamMetadata(decoding: request.body)
        let stream = StreamName.metadata(of: request.stream)
        var append = Append(
            [Event(type: SystemType.metadata, data: request.body)], to: stream,
            expecting: condition)
        // A tombstone is in the way of metadata, too.
        append.conditions[request.stream] = .any
        try request.record(append, newIDs: nil)
    }
}

extension WebRequest {
    /// Whether its body has CloudEvents, in whatever mode.
    var hasCloudEvents: Bool {
        CloudEvent.isBinary(fields) || contentType == CloudEvent.structured
            || contentType == CloudEvent.batch
    }

    /// Has an append recorded once the store has room, also where the client goes away after that.
    func record(_ append: Append, newIDs: [EventID]?) throws {
        forgetBody()
        if store.hasRoom { return try submit(append, newIDs) }
        let bound = LoopBound(self, on: exchange.loop)
        store.whenRoom {
            bound.post { request in
                if request.exchange.isOver { return }
                request.attempt { try request.submit(append, newIDs) }
            }
        }
    }

    private func submit(_ append: Append, _ newIDs: [EventID]?) throws {
        let bound = LoopBound(self, on: exchange.loop)
        let (desk, beganAt, count) = (web, beganAt, append.entries.count)
        try store.submit(append, from: StoreSubmitter()) { result in
            // Repeated, it was recorded and counted before.
            if case .success(let appended) = result, !appended.isDuplicate {
                desk.count(count, desk.time.bootNanoseconds() - beganAt)
            }
            bound.post { request in
                request.attempt { request.send(Self.reply(to: try result.get(), newIDs)) }
            }
        }
    }

    private static func reply(to appended: Appended, _ newIDs: [EventID]?) -> Reply {
        var reply = Reply.json(
            appended.json(ids: newIDs), status: appended.isDuplicate ? 200 : 201)
        if let revision = appended.revision { reply.fields.add("etag", "\"\(revision)\"") }
        return reply
    }

    /// Has the stream in the path deleted.
    func delete(_ kind: Deletion, expecting condition: StreamCondition) throws {
        let bound = LoopBound(self, on: exchange.loop)
        let (desk, beganAt) = (web, beganAt)
        try store.submit(
            deleting: stream, kind, expecting: condition, from: StoreSubmitter()
        ) { result in
            if case .success = result { desk.count(1, desk.time.bootNanoseconds() - beganAt) }
            bound.post { request in
                request.attempt {
                    request.send(.json(["position": .number(JSONNumber(try result.get()))]))
                }
            }
        }
    }
}
