public import DaybookSourcing
public import Testing

/// What has happened to something that a decider decides on. No store, nothing to wait for.
///
/// ```swift
/// given(Account(), .opened(Opened(owner: "Ada")), .deposited(Deposited(amount: 50)))
///     .when(.withdraw(30))
///     .then(.withdrawn(Withdrawn(amount: 30)))
/// ```
public func given<Model: Decider>(_ model: Model, _ events: Model.Event...) -> GivenDecider<Model> {
    GivenDecider(model: model, past: events)
}

/// The same, with the events one below the other.
public func given<Model: Decider>(
    _ model: Model, sourceLocation: SourceLocation = #_sourceLocation,
    @EventList events: () -> [ListedEvent]
) -> GivenDecider<Model> {
    GivenDecider(model: model, past: Model.Event.wrapping(events(), sourceLocation))
}

/// A decider, and what has happened.
public struct GivenDecider<Model: Decider> {
    let model: Model
    let past: [Model.Event]

    /// Has a command decided.
    public func when(
        _ command: Model.Command
    ) -> Outcome<Model.Event, Model.State, Model.Refusal> {
        var state = model.state(past)
        let result: Result<[Model.Event], any Error>
        do throws(Model.Refusal) {
            result = .success(try model.decide(command, state))
        } catch {
            result = .failure(error)
        }
        if case .success(let events) = result {
            for event in events { model.evolve(&state, event) }
        }
        return Outcome(
            trial: Trial(past: past, command: Reflection(command).text) { $0.event },
            result: result, state: state)
    }
}
