internal import DaybookJSON

/// `/openapi.json`: the operations as OpenAPI 3.1 has them.
enum OpenAPIDocument {
    static func make(_ surface: Surface, version: String) -> JSONObject {
        var paths = JSONObject()
        for operation in surface.operations {
            var item = paths[operation.path]?.asObject ?? JSONObject()
            item[operation.method.lowercased()] = describe(operation)
            paths[operation.path] = .object(item)
        }
        return [
            "openapi": "3.1.0",
            "info": [
                "title": "Daybook",
                "version": .string(version),
                "description": .string(
                    "One durable, ordered record of events. An append is answered once its events are durable."
                ),
                "license": ["name": "Apache-2.0", "identifier": "Apache-2.0"],
            ],
            "paths": .object(paths),
            "components": [
                "schemas": .object(Schemas.all),
                "responses": [
                    "Problem": [
                        "description": .string(
                            "What went wrong, why, and what to do about it (RFC 9457)."),
                        "content": [
                            "application/problem+json": ["schema": Schemas.reference("Problem")]
                        ],
                    ]
                ],
            ],
        ]
    }

    private static func describe(_ operation: Operation) -> JSONValue {
        var object: JSONObject = [
            "operationId": .string(operation.id), "summary": .string(operation.summary),
        ]
        if !operation.detail.isEmpty { object["description"] = .string(operation.detail) }
        if !operation.parameters.isEmpty {
            object["parameters"] = .array(operation.parameters.map(\.described))
        }
        if let body = operation.body {
            var described: JSONObject = [
                "description": .string(body.summary), "required": .bool(!body.isOptional),
                "content": content(body.kinds, example: body.example),
            ]
            if body.isOptional { described["required"] = false }
            object["requestBody"] = .object(described)
        }
        var responses = JSONObject()
        for answer in operation.answers {
            var described: JSONObject = ["description": .string(answer.summary)]
            if !answer.fields.isEmpty {
                var fields = JSONObject()
                for field in answer.fields {
                    fields[field.name] = [
                        "description": .string(field.summary), "schema": ["type": "string"],
                    ]
                }
                described["headers"] = .object(fields)
            }
            if !answer.kinds.isEmpty { described["content"] = content(answer.kinds) }
            responses[String(answer.status)] = .object(described)
        }
        let problems = Dictionary(grouping: operation.codes.sorted()) {
            Problem.kind(of: $0)?.status ?? 500
        }
        for (status, codes) in problems.sorted(by: { $0.key < $1.key }) {
            let words = codes.map { "`\($0)`: \(Problem.kind(of: $0)?.title ?? "")." }
            responses[String(status)] = [
                "$ref": "#/components/responses/Problem",
                "description": .string(words.joined(separator: " ")),
            ]
        }
        object["responses"] = .object(responses)
        return .object(object)
    }

    private static func content(
        _ kinds: [(type: String, schema: String)], example: JSONValue? = nil
    ) -> JSONValue {
        var content = JSONObject()
        for (index, kind) in kinds.enumerated() {
            var described: JSONObject = ["schema": Schemas.reference(kind.schema)]
            if index == 0, let example { described["example"] = example }
            content[kind.type] = .object(described)
        }
        return .object(content)
    }
}
