internal import Daybook

/// Looking back. Nothing here appends, and no state of the past is kept in memory.
extension Repository {
    /// The state as it was at a point.
    ///
    /// Before its first event, and of something that never was, it is the initial state.
    /// - Throws: `invalid` for a revision or a position that has not been reached, and where events that count are gone; what
    ///   loading throws.
    public func load(_ id: String, at point: HistoryPoint) async throws -> Loaded<Model.State> {
        let stream = stream(id)
        let snapshot = try await keeper?.load(stream).flatMap { point.isBehind($0) ? $0 : nil }
        let walk = HistoryWalk(stream, to: point, loader, snapshot: snapshot)
        while try await walk.next() { try walk.fold() }
        return walk.loaded
    }

    /// What happened, event by event, up to a point. It throws what ``load(_:at:)`` throws, when it is iterated.
    public func history(_ id: String, to point: HistoryPoint = .now) -> History<Model> {
        History(loader: loader, stream: stream(id), point: point)
    }
}

extension Repository where Model.State: Encodable {
    /// What differs between two points, field by field. The first may well be the later one.
    ///
    /// Elements of an array are compared with those that they were before, also where others came or went before them. One that
    /// has changed places went and came again.
    /// - Throws: what ``load(_:at:)`` throws; `unwritable` where a state cannot be written as JSON.
    public func difference(
        _ id: String, from: HistoryPoint, to: HistoryPoint
    ) async throws -> StateDifference<Model.State> {
        let before = try await load(id, at: from)
        let after = try await load(id, at: to)
        let trees = StateTrees()
        return StateDifference(
            before: before, after: after,
            fields: TreeDifferences(
                from: try trees.tree(of: before.state, stream(id)),
                to: try trees.tree(of: after.state, stream(id))
            ).found.map { FieldDifference(difference: $0) })
    }

    /// Which event gave each field of a state its value, found in one pass over its events.
    ///
    /// A field is a value in the JSON that the state is encoded as, also in its arrays and dictionaries. An event that leaves
    /// a field as it was has not given it its value. The elements of an array keep theirs when others come and go before
    /// them, or when they change places.
    /// - Throws: what ``load(_:at:)`` throws; `unwritable` where a state cannot be written as JSON.
    public func blame(_ id: String, at point: HistoryPoint = .now) async throws -> Blame {
        let stream = stream(id)
        let walk = HistoryWalk(stream, to: point, loader)
        let trees = StateTrees()
        var tree = try trees.tree(of: walk.loaded.state, stream)
        var origins = Origins(of: tree, nil)
        while try await walk.next(), let recorded = walk.event {
            try walk.fold()
            let next = try trees.tree(of: walk.loaded.state, stream)
            origins = origins.following(from: tree, to: next, by: Origin(recorded))
            tree = next
        }
        return Blame(origins, of: tree)
    }
}
