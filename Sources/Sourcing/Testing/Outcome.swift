public import Testing

/// What came of something that was tried: events, or a refusal. What is expected of it is said in a chain, and each failure is
/// recorded where it was said.
public struct Outcome<Recorded, State, Refusal: Error> {
    let trial: Trial<Recorded>
    let result: Result<[Recorded], any Error>
    /// Behind what was recorded.
    let state: State

    /// These events were recorded, in this order, and no others.
    @discardableResult
    public func then(
        _ events: Recorded..., sourceLocation: SourceLocation = #_sourceLocation
    ) -> Self {
        expect(events, sourceLocation) { $0 }
        return self
    }

    /// The same, with the events one below the other, whatever is around them left out: the case, the stream.
    @discardableResult
    public func then(
        sourceLocation: SourceLocation = #_sourceLocation, @EventList _ events: () -> [ListedEvent]
    ) -> Self {
        expect(events().map(\.event), sourceLocation, trial.bare)
        return self
    }

    /// Nothing was to be done, and it was not refused.
    @discardableResult
    public func thenNothing(sourceLocation: SourceLocation = #_sourceLocation) -> Self {
        expect([], sourceLocation) { $0 }
        return self
    }

    /// It was refused, for this reason.
    @discardableResult
    public func thenRefused(
        _ reason: Refusal, sourceLocation: SourceLocation = #_sourceLocation
    ) -> Self {
        switch result {
        case .failure(let error):
            trial.report(Comparison.failure(expected: reason, found: error), sourceLocation)
        case .success(let events):
            trial.report(
                "expected the refusal \(Reflection(reason).text), and this was recorded:\n"
                    + Trial<Recorded>.list(events), sourceLocation)
        }
        return self
    }

    /// The state behind it is this one.
    @discardableResult
    public func thenState(
        _ state: State, sourceLocation: SourceLocation = #_sourceLocation
    ) -> Self {
        trial.report(Comparison.failure(expected: state, found: self.state), sourceLocation)
        return self
    }

    /// Looks at the state behind it.
    @discardableResult
    public func thenState(_ look: (State) throws -> Void) rethrows -> Self {
        try look(state)
        return self
    }

    private func expect(
        _ events: [Any], _ location: SourceLocation, _ bare: (Recorded) -> Any
    ) {
        switch result {
        case .failure(let error):
            trial.report(
                "expected \(events.isEmpty ? "that nothing is done" : "events"), and it was refused: "
                    + Reflection(error).text, location)
        case .success(let found):
            trial.report(
                Comparison.failure(expected: events, found: found.map(bare)), location)
        }
    }
}

/// What was tried, for those who read that it failed.
struct Trial<Recorded> {
    let past: [Recorded]
    /// In words; nil where it is a closure.
    var command: String?
    /// An event as it is listed, without what is around it.
    let bare: (Recorded) -> Any

    func report(_ failure: String?, _ location: SourceLocation) {
        guard let failure else { return }
        var lines = ["given", Self.list(past.map(bare))]
        if let command { lines.append("when \(command)") }
        Issue.record(
            Comment(rawValue: (lines + [failure]).joined(separator: "\n")), sourceLocation: location
        )
    }

    static func list(_ events: [some Any]) -> String {
        if events.isEmpty { return "    nothing" }
        return events.map { "    " + Reflection($0).text }.joined(separator: "\n")
    }
}
