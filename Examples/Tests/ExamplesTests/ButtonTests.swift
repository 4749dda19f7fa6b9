import DaybookSourcing
import DaybookSourcingTesting
import Testing

@testable import Examples

struct `A button` {
    private let button: StateMachine<Button>

    init() throws { button = try StateMachine(Button()) }

    @Test func `Is pressed`() {
        given(button).when(Press()).then(.pressed(Pressed()))
    }

    @Test func `Is released when it was pressed`() {
        given(button, .pressed(Pressed())).when(Release()).then(.released(Released()))
    }

    @Test func `Is not pressed twice`() {
        given(button, .pressed(Pressed()))
            .when(Press())
            .thenRefused(
                TransitionRefusal(phase: .pressed, command: "Press", allowed: ["Release"]))
    }

    @Test func `Has as many phases as one would think`() {
        given(button, .pressed(Pressed()), .released(Released()))
            .when(Press())
            .thenState(MachineState(.pressed))
    }
}
