public import DaybookSourcing

/// What has happened, wherever it was recorded: each part folds what is its own, by type and by tags.
///
/// ```swift
/// given(FreeSeats(course: "swift"), CoursesTaken(student: "ada")) {
///     CourseDefined(course: "swift", capacity: 1)
/// }.when { free, taken in
///     free == 0 ? [] : [Enrolled(course: "swift", student: "ada").in("course-swift")]
/// }.then {
///     Enrolled(course: "swift", student: "ada")
/// }
/// ```
public func given<each Part: QueriedFold>(
    _ part: repeat each Part, @EventList events: () -> [ListedEvent]
) -> GivenBoundary<repeat each Part> {
    GivenBoundary(parts: (repeat each part), past: events().map(\.event))
}

/// The parts of a boundary, and what has happened.
public struct GivenBoundary<each Part: QueriedFold> {
    let parts: (repeat each Part)
    let past: [any DomainEvent]

    /// Decides on the states of all parts.
    public func when(
        _ decide: (repeat (each Part).State) throws -> [Placed]
    ) -> Outcome<Placed, (repeat (each Part).State), any Error> {
        let states = (repeat Self.state(each parts, past))
        let result = Result { try decide(repeat each states) }
        let recorded = (try? result.get()) ?? []
        let after = past + recorded.map(\.event)
        return Outcome(
            // The past was recorded in some stream or other: it is of no account.
            trial: Trial(past: past.map { $0.in("") }) { $0.event },
            result: result, state: (repeat Self.state(each parts, after)))
    }

    private static func state<Fold: QueriedFold>(
        _ part: Fold, _ events: [any DomainEvent]
    ) -> Fold.State {
        var state = part.initial
        for event in events where part.tags.isSubset(of: event.tags) {
            for member in Fold.Event.members {
                if let value = member.wrap(event) { part.evolve(&state, value) }
            }
        }
        return state
    }
}
