internal import Daybook
internal import DaybookBytes
internal import DaybookJSON

/// Queries in JSON.
enum QueryRequest {
    static let itemFields = ["types", "tags", "stream", "category", "correlation"]

    /// `{"items": [...]}`; at least one.
    static func query(_ value: JSONSlice, in body: RawSpan) throws -> Query {
        var query = Query([])
        try RequestFields.take(value, in: body, "A query", known: ["items"]) { _, value in
            query = try items(value, in: body)
        }
        if query.items.isEmpty { throw noItems }
        return query
    }

    private static let noItems = Problem.invalid(
        "The query has no items", why: "without one it would be about every event",
        remedy: "Give at least one item in `items`: a type, a tag, a stream, a category or a "
            + "correlation.")

    static func items(_ value: JSONSlice, in body: RawSpan) throws -> Query {
        var query = Query([])
        var elements = try JSONScanner(elementsOf: value, in: body)
        while let element = try elements.nextElement() {
            if query.items.count == Limits.queryItemsMax {
                throw StoreError.longQuery(
                    "items", Limits.queryItemsMax + 1, limit: Limits.queryItemsMax, place: nil)
            }
            query.items.append(try item(element, in: body))
        }
        return query
    }

    private static func item(_ value: JSONSlice, in body: RawSpan) throws -> Query.Item {
        var item = Query.Item()
        try RequestFields.take(value, in: body, "An item of a query", known: itemFields) {
            name, value in
            switch name {
            case "types": item.types = Set(try value.strings(in: body))
            case "tags": item.tags = Set(try value.strings(in: body))
            case "stream": item.stream = try value.string(in: body)
            case "category": item.category = try value.string(in: body)
            default: item.correlation = try value.string(in: body)
            }
        }
        return item
    }

    /// `{"failIfEventsMatch": {"items": [...]}, "after": 41}`
    static func condition(_ value: JSONSlice, in body: RawSpan) throws -> QueryCondition {
        var query: Query?
        var after: Position?
        try RequestFields.take(
            value, in: body, "A condition", known: ["failIfEventsMatch", "after"]
        ) { name, value in
            if name == "after" {
                after = try RequestFields.number(value, in: body, name)
            } else {
                query = try self.query(value, in: body)
            }
        }
        guard let query, let after else {
            throw Problem.invalid(
                "The condition is not whole",
                why: "`\(query == nil ? "failIfEventsMatch" : "after")` is missing",
                remedy: "Give the query, and `after`: the position that was read up to when it was "
                    + "decided; 0: nothing was.")
        }
        return QueryCondition(failIfEventsMatch: query, after: after)
    }
}
