internal import Daybook
internal import DaybookJSON

/// The schemas of what comes and goes (JSON Schema 2020-12).
enum Schemas {
    static func reference(_ name: String) -> JSONValue {
        ["$ref": .string("#/components/schemas/\(name)")]
    }

    /// A position or a revision.
    static let number: JSONValue = [
        "type": "integer", "minimum": 0, "maximum": .number(JSONNumber(Int64.max)),
    ]
    static let text: JSONValue = ["type": "string"]
    private static let time: JSONValue = ["type": "string", "format": "date-time"]
    private static let id: JSONValue = ["type": "string", "format": "uuid"]
    private static let base64: JSONValue = ["type": "string", "contentEncoding": "base64"]

    private static func name(_ bytesMax: Int = Limits.nameBytesMax) -> JSONValue {
        [
            "type": "string", "minLength": 1, "maxLength": .number(JSONNumber(bytesMax)),
            "pattern": #"^[^\u0000-\u001f\u007f]+$"#,
        ]
    }

    private static func list(_ items: JSONValue, most: Int? = nil) -> JSONValue {
        var object: JSONObject = ["type": "array", "items": items]
        if let most { object["maxItems"] = .number(JSONNumber(most)) }
        return .object(object)
    }

    private static func described(_ schema: JSONValue, _ summary: String) -> JSONValue {
        var object = schema.asObject ?? [:]
        object["description"] = .string(summary)
        return .object(object)
    }

    private static func object(
        _ summary: String, required: [String], _ properties: JSONObject
    ) -> JSONValue {
        [
            "type": "object", "description": .string(summary),
            "required": .array(required.map { .string($0) }),
            "properties": .object(properties), "additionalProperties": false,
        ]
    }

    static var all: JSONObject {
        [
            "ProposedEvent": proposedEvent(["type"]),
            "ProposedEventOfStream": proposedEvent(["stream", "type"]),
            "ProposedEvents": [
                "description": .string("One event, or several in an array."),
                "anyOf": [
                    reference("ProposedEvent"),
                    [
                        "type": "array", "minItems": 1,
                        "items": reference("ProposedEvent"),
                    ],
                ],
            ],
            "ProposedEventLines": [
                "type": "string", "description": .string("A `ProposedEvent` a line."),
            ],
            "CloudEvent": cloudEvent,
            "CloudEvents": ["type": "array", "minItems": 1, "items": reference("CloudEvent")],
            "Event": event,
            "EventLines": ["type": "string", "description": .string("An `Event` a line.")],
            "EventStream": [
                "type": "string",
                "description": .string(
                    "Server-sent events: `event` with an `Event`; `progress` and `caughtUp` with a `position`: up to there "
                        + "all was looked at; `problem` with a `Problem`, at the end. Each has as its `id` the checkpoint "
                        + "behind which to resume, where that is known."),
            ],
            "Page": page, "Append": append, "Appended": appended,
            "Condition": condition, "Query": query, "QueryItem": queryItem,
            "TrackingMark": trackingMark, "StreamInfo": streamInfo, "Streams": streams,
            "Head": head, "Journals": journals, "Tracking": tracking, "Metadata": metadata,
            "Deleted": deleted, "State": state, "Problem": problem, "QueryRead": queryRead,
            "Description": ["type": "object", "description": "OpenAPI 3.1."],
        ]
    }

    private static func proposedEvent(_ required: [String]) -> JSONValue {
        object(
            "An event to be recorded; also what `daybook import` reads from a line. What the store gives itself "
                + "(`position`, `revision`, `recordedAt`) may stand in it and is passed over.",
            required: required,
            [
                "stream": name(), "type": name(),
                "id": [
                    "type": "string", "format": "uuid",
                    "description": .string(
                        "What makes it the same event when it is sent again; without it the server gives one, and the "
                            + "append cannot be repeated safely."),
                ],
                "data": ["description": .string("Any JSON. Its bytes are kept as they are.")],
                "dataBase64": base64, "metadata": ["description": .string("Any JSON.")],
                "metadataBase64": base64, "contentType": name(),
                "tags": list(name(), most: Limits.eventTagsMax),
                "causation": [
                    "type": "string", "maxLength": .number(JSONNumber(Limits.correlationBytesMax)),
                ],
                "correlation": [
                    "type": "string", "maxLength": .number(JSONNumber(Limits.correlationBytesMax)),
                ], "occurredAt": time,
            ])
    }

    private static var event: JSONValue {
        [
            "type": "object", "description": .string("An event as it was recorded."),
            "required": ["position", "stream", "revision", "type", "id", "recordedAt"],
            "properties": [
                "position": number, "stream": text, "revision": number, "type": text, "id": id,
                "recordedAt": time, "occurredAt": time, "tags": list(text), "contentType": text,
                "causation": text, "correlation": text,
                "removed": [
                    "type": "object",
                    "description": .string("A compaction took data and metadata: what they were."),
                ],
                "metadata": [:], "metadataBase64": base64,
                "data": ["description": .string("Absent where there are no bytes.")],
                "dataBase64": base64,
            ],
        ]
    }

    private static var cloudEvent: JSONValue {
        [
            "type": "object", "description": .string("CloudEvents 1.0, with any extensions."),
            "required": ["specversion", "id", "source", "type"],
            "properties": [
                "specversion": ["const": "1.0"], "id": ["type": "string", "minLength": 1],
                "source": ["type": "string", "minLength": 1, "format": "uri-reference"],
                "type": name(), "subject": name(), "time": time, "datacontenttype": name(),
                "dataschema": ["type": "string", "minLength": 1, "format": "uri"], "data": [:],
                "data_base64": base64,
            ],
            "propertyNames": ["pattern": "^([a-z0-9]+|data_base64)$"],
            "additionalProperties": ["type": ["string", "boolean"]],
        ]
    }

    private static var page: JSONValue {
        object(
            "Some of what was asked for.", required: ["events"],
            [
                "events": list(reference("Event")),
                "next": [
                    "type": "string", "format": "uri-reference",
                    "description": .string(
                        "What follows, in the same direction; absent at the end."),
                ],
                "previous": [
                    "type": "string", "format": "uri-reference",
                    "description": .string("What stands before the page, in the other direction."),
                ],
                "nextFrom": number,
            ])
    }

    private static var append: JSONValue {
        object(
            "Events of any streams, recorded all or none.", required: [],
            [
                "events": list(reference("ProposedEventOfStream"), most: Limits.appendEventsMax),
                "expect": [
                    "type": "object",
                    "description": .string(
                        "By stream, also one that is not written, what it has to be."),
                    "additionalProperties": [
                        "anyOf": [
                            [
                                "type": "string",
                                "enum": .array(StreamCondition.words.map { .string($0.word) }),
                            ],
                            number,
                        ]
                    ],
                ],
                "condition": reference("Condition"), "tracking": reference("TrackingMark"),
            ])
    }

    private static var appended: JSONValue {
        object(
            "Where the events stand.",
            required: ["firstPosition", "lastPosition", "streams", "isDuplicate"],
            [
                "firstPosition": number, "lastPosition": number,
                "streams": list(
                    object(
                        "A stream that was written.", required: ["stream", "lastRevision"],
                        ["stream": text, "lastRevision": number])),
                "isDuplicate": [
                    "type": "boolean",
                    "description": .string("The same events were recorded before, and not again."),
                ],
                "ids": [
                    "type": "array", "items": id,
                    "description": .string("Of the events in order, where the server gave some."),
                ],
                "positions": [
                    "type": "array", "items": number,
                    "description": .string(
                        "Of the events in order, where some CloudEvents were recorded before and do not stand beside the "
                            + "others."),
                ],
            ])
    }

    private static var condition: JSONValue {
        object(
            "Refused if an event that matches stands behind a position.",
            required: ["failIfEventsMatch", "after"],
            ["failIfEventsMatch": reference("Query"), "after": number])
    }

    private static var query: JSONValue {
        object(
            "What any of the items matches.", required: ["items"],
            [
                "items": [
                    "type": "array", "items": reference("QueryItem"), "minItems": 1,
                    "maxItems": .number(JSONNumber(Limits.queryItemsMax)),
                ]
            ])
    }

    private static var queryItem: JSONValue {
        [
            "type": "object",
            "description": .string(
                "Events of one of the types, with all of the tags, and in the stream or category and with the "
                    + "correlation that it names. It says at least one thing."),
            "properties": [
                "types": list(name(), most: Limits.queryItemTermsMax),
                "tags": list(name(), most: Limits.queryItemTermsMax),
                "stream": name(), "category": name(),
                "correlation": [
                    "type": "string", "minLength": 1,
                    "maxLength": .number(JSONNumber(Limits.correlationBytesMax)),
                ],
            ],
            "additionalProperties": false, "minProperties": 1,
        ]
    }

    private static var trackingMark: JSONValue {
        object(
            "How far a consumer has come, compared and recorded with the events: bytes as text or as Base64.",
            required: ["consumer"],
            [
                "consumer": name(), "from": text, "fromBase64": base64, "to": text,
                "toBase64": base64, "note": text, "noteBase64": base64,
            ])
    }

    private static var streamInfo: JSONValue {
        object(
            "A stream as it is.", required: ["stream", "state", "count"],
            [
                "stream": text,
                "state": ["type": "string", "enum": .array(StreamState.words.map { .string($0) })],
                "count": number, "firstRevision": number, "lastRevision": number,
                "lastPosition": number,
            ])
    }

    private static var streams: JSONValue {
        object(
            "Some streams, by the bytes of their names.", required: ["streams"],
            [
                "streams": list(reference("StreamInfo")),
                "next": ["type": "string", "format": "uri-reference"],
            ])
    }

    private static var head: JSONValue {
        object(
            "The end of a journal.", required: ["journal", "position", "checkpoint"],
            [
                "journal": text, "position": number,
                "checkpoint": [
                    "type": "string",
                    "description": .string("A place to resume from that only this journal takes."),
                ],
            ])
    }

    private static var journals: JSONValue {
        object(
            "The journals of the store.", required: ["journals"],
            [
                "journals": list([
                    "type": "object", "required": ["name"],
                    "properties": [
                        "name": text, "id": id, "position": number, "checkpoint": text,
                        "createdAt": time, "failure": text,
                    ],
                ])
            ])
    }

    private static var tracking: JSONValue {
        object(
            "How far a consumer has come.", required: ["consumer"],
            [
                "consumer": text, "token": text, "tokenBase64": base64, "note": text,
                "noteBase64": base64,
            ])
    }

    private static var metadata: JSONValue {
        [
            "type": "object",
            "description": .string(
                "What is kept of a stream, and what its users put there: $tb, the revision before which events are "
                    + "gone, $maxCount, how many are kept, and $maxAge, for how many seconds."),
        ]
    }

    private static var deleted: JSONValue {
        object(
            "The event that says so.", required: ["position"], ["position": number])
    }

    private static var state: JSONValue {
        object(
            "What the events of a stream add up to.", required: ["stream", "state", "passedOver"],
            [
                "stream": text,
                "firstRevision": described(
                    number,
                    "Of the first event that is in it: those before it are truncated or deleted, or had not occurred."
                ),
                "revision": described(number, "Of the last event that is in it."),
                "state": ["description": .string("Null where nothing had happened yet.")],
                "passedOver": [
                    "type": "integer", "minimum": 0,
                    "description": .string("Events without JSON data, which say nothing about it."),
                ],
            ])
    }

    private static var queryRead: JSONValue {
        object(
            "A query, and from where to where it is read.", required: ["items"],
            [
                "items": [
                    "type": "array", "items": reference("QueryItem"), "minItems": 1,
                    "maxItems": .number(JSONNumber(Limits.queryItemsMax)),
                ],
                "from": number, "after": text, "since": time, "until": time,
                "occurred": ["type": "boolean"], "system": ["type": "boolean"],
                "direction": ["type": "string", "enum": ["forwards", "backwards"]],
                "limit": [
                    "type": "integer", "minimum": 1,
                    "maximum": .number(JSONNumber(ReadRequest.pageEventsMax)),
                ],
            ])
    }

    private static var problem: JSONValue {
        [
            "type": "object",
            "required": ["type", "title", "status", "detail", "code", "why", "remedy"],
            "properties": [
                "type": ["type": "string", "format": "uri-reference"], "title": text,
                "status": ["type": "integer"], "detail": text,
                "code": ["type": "string", "description": .string("For programs; more may come.")],
                "why": text, "remedy": text,
                "place": [
                    "type": "string",
                    "description": .string("Where in the request, or in the store."),
                ],
                "stream": text,
                "actual": [
                    "type": "object", "description": .string("The stream as it is."),
                    "required": ["state"],
                    "properties": [
                        "state": [
                            "type": "string",
                            "enum": .array(StreamState.words.map { .string($0) }),
                        ], "lastRevision": number,
                    ],
                ],
                "position": number,
                "recorded": [
                    "type": "array", "items": ["anyOf": [number, ["type": "null"]]],
                    "description": .string(
                        "Of an append of which a part was recorded before: by event, its position; null: it was not."
                    ),
                ],
            ],
        ]
    }
}
