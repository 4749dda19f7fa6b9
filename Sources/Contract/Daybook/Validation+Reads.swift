extension Query {
    /// Checks that every item says something, and how much.
    /// - Throws: `invalid`.
    package func validate() throws(StoreError) {
        if items.count > Limits.queryItemsMax {
            throw .longQuery("items", items.count, limit: Limits.queryItemsMax, place: nil)
        }
        for index in items.indices { try items[index].validate(at: index) }
    }
}

extension Query.Item {
    fileprivate func validate(at index: Int) throws(StoreError) {
        if isEmpty { throw .emptyQueryItem(index) }
        let limit = Limits.queryItemTermsMax
        if types.count > limit {
            throw .longQuery("types", types.count, limit: limit, place: "query item \(index)")
        }
        if tags.count > limit {
            throw .longQuery("tags", tags.count, limit: limit, place: "query item \(index)")
        }
        for type in types { try NameKind.type.validate(type, place: "query item \(index)") }
        for tag in tags { try NameKind.tag.validate(tag, place: "query item \(index)") }
        if let stream { try StreamName.validate(stream, place: "query item \(index)") }
        if let category { try NameKind.category.validate(category, place: "query item \(index)") }
        if let correlation {
            try NameKind.correlation.validateText(
                correlation, limit: Limits.correlationBytesMax, place: "query item \(index)")
        }
    }
}

extension Selection {
    /// Checks the name or the query in it.
    /// - Throws: `invalid`.
    package func validate() throws(StoreError) {
        switch self {
        case .all: break
        case .stream(let name): try StreamName.validate(name)
        case .category(let name): try NameKind.category.validate(name)
        case .query(let query): try query.validate()
        }
    }
}

extension Read {
    /// Checks everything about a request that can be said without looking into the journal.
    /// - Throws: `invalid`.
    package func validate() throws(StoreError) {
        try selection.validate()
        try Limits.validate(limit: limit)
        switch start {
        case .revision(let revision):
            guard case .stream = selection else { throw .revisionWithoutStream(revision) }
        case .end(let end):
            if end != direction { throw .wrongEnd() }
        case .position, .time: break
        }
    }
}

extension Subscription {
    /// Checks everything about a request that can be said without looking into the journal.
    /// - Throws: `invalid`.
    package func validate() throws(StoreError) { try selection.validate() }
}
