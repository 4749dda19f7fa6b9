internal import Daybook
internal import DaybookBytes
internal import DaybookDesk
internal import DaybookHTTP
internal import DaybookJSON
internal import DaybookStore

extension Operations {
    static let lookingUp: [Operation] = [
        listStreams, streamInfo, metadata, head, journals, tracking,
    ]

    /// Streams in one answer.
    static let streamsMax = 1_000
    private static let streamsDefault = 100

    private static let listStreams = Operation(
        "listStreams", "GET", "/v1/streams", "List streams by the bytes of their names.",
        detail: "Names that begin with `$` are left out unless the prefix begins so.",
        parameters: [
            Parameter("prefix", in: .query, .text, "What the names begin with."),
            Parameter("after", in: .query, .text, "Only names behind this one."),
            Parameter(
                "limit", in: .query, .count(1...streamsMax),
                "At most so many; by default \(streamsDefault)."),
        ],
        answers: [
            Operation.Answer(
                status: 200, summary: "The streams.", kinds: [(MediaType.json, "Streams")])
        ]
    ) { request in
        let limit = request.query.count("limit") ?? streamsDefault
        let prefix = request.query["prefix"] ?? ""
        // One more than asked for tells whether there are more.
        try request.ask(
            .streams(prefix: prefix, after: request.query["after"], limit: limit + 1)
        ) { request, found in
            var object: JSONObject = ["streams": .array(found.prefix(limit).map(\.json))]
            if found.count > limit {
                var next = "/v1/streams?limit=\(limit)"
                if !prefix.isEmpty { next += "&prefix=" + RequestTarget.encoded(prefix) }
                if let journal = request.query["journal"] {
                    next += "&journal=" + RequestTarget.encoded(journal)
                }
                next += "&after=" + RequestTarget.encoded(found[limit - 1].name)
                object["next"] = .string(next)
            }
            request.send(.json(object))
        }
    }

    private static let streamInfo = Operation(
        "getStreamInfo", "GET", "/v1/streams/{stream}/info", "How a stream is.",
        detail: "A stream that never was has the state `never`.", parameters: [stream, sameAs],
        answers: [
            Operation.Answer(
                status: 200, summary: "The stream.", kinds: [(MediaType.json, "StreamInfo")],
                fields: [("ETag", "Its last revision, in quotes.")]),
            unchanged,
        ]
    ) { request in
        try request.ask(try .stream(request.stream)) { request, info in
            guard let object = info.json.asObject else { return }
            var reply = Reply.json(object)
            if let last = info.state.lastRevision { reply.fields.add("etag", "\"\(last)\"") }
            request.send(reply)
        }
    }

    private static let metadata = Operation(
        "getStreamMetadata", "GET", "/v1/streams/{stream}/metadata", "The metadata of a stream.",
        detail: "An empty object where none were set.", parameters: [stream, sameAs],
        answers: [
            Operation.Answer(
                status: 200, summary: "As they were set.", kinds: [(MediaType.json, "Metadata")],
                fields: [("ETag", "Their revision, in quotes.")]),
            unchanged,
        ]
    ) { request in
        let read = Read.stream(StreamName.metadata(of: request.stream), .backwards)
        try request.read(read, MetadataAnswer())
    }

    private static let head = Operation(
        "getHead", "GET", "/v1/head", "The end of the journal.",
        answers: [
            Operation.Answer(
                status: 200, summary: "Its last event.", kinds: [(MediaType.json, "Head")])
        ]
    ) { request in
        try request.ask(.head) { request, head in
            request.send(
                .json([
                    "journal": .string(request.store.journalName),
                    "position": .number(JSONNumber(head.position)),
                    "checkpoint": .string(head.description),
                ]))
        }
    }

    private static let tracking = Operation(
        "getTracking", "GET", "/v1/tracking/{consumer}", "How far a consumer has come.",
        parameters: [
            Parameter(
                "consumer", in: .path, .name(bytesMax: Limits.nameBytesMax),
                "The name in its tracking marks.")
        ],
        answers: [
            Operation.Answer(
                status: 200, summary: "Its token and note, as text or as Base64.",
                kinds: [(MediaType.json, "Tracking")])
        ]
    ) { request in
        let consumer = request.path["consumer"] ?? ""
        try request.ask(try .tracking(consumer)) { request, found in
            guard let found else {
                throw Problem(
                    404, "notFound", title: "It is not there",
                    "Consumer \(StoreError.quoted(consumer)) has no token",
                    why: "no append had a tracking mark of it",
                    remedy: "Check its name, or begin at the beginning.")
            }
            var object: JSONObject = ["consumer": .string(consumer)]
            put(found.token, "token", into: &object)
            put(found.note, "note", into: &object)
            request.send(.json(object))
        }
    }

    /// Bytes as text where they are some.
    private static func put(_ bytes: [UInt8], _ name: String, into object: inout JSONObject) {
        if let text = String(validating: bytes, as: UTF8.self) {
            object[name] = .string(text)
        } else {
            object[name + "Base64"] = .string(Base64.encode(bytes))
        }
    }

    private static let journals = Operation(
        "listJournals", "GET", "/v1/journals", "The journals of the store.",
        answers: [
            Operation.Answer(
                status: 200, summary: "Each with its end.",
                kinds: [(MediaType.json, "Journals")])
        ]
    ) { request in
        let bound = LoopBound(request, on: request.exchange.loop)
        request.web.journals.listing.ask { found in
            bound.post { request in
                switch found {
                case .success(let journals):
                    request.send(.json(["journals": .array(journals.map(json))]))
                case .failure(let error): request.send(Problem(error).reply)
                }
            }
        }
    }

    private static func json(_ info: JournalInfo) -> JSONValue {
        var object: JSONObject = ["name": .string(info.name)]
        if let head = info.head {
            object["id"] = .string(head.journal.description)
            object["position"] = .number(JSONNumber(head.position))
            object["checkpoint"] = .string(head.description)
        }
        if let createdAt = info.createdAt { object["createdAt"] = .string(createdAt.description) }
        if let failure = info.failure { object["failure"] = .string(failure.description) }
        return .object(object)
    }
}
