import DaybookSourcing
import Testing

/// A machine of whatever transitions.
struct Sketch: MachineDefinition {
    typealias Event = ButtonEvent
    static let name = "sketch"

    enum Phase: String, CaseIterable {
        case open = "not yet; #quoted"
        case done
    }

    let start = Phase.open
    var final: Set<Phase> = [.done]
    var lines: @Sendable () -> [MachineTransition<Sketch>]
    var transitions: [MachineTransition<Sketch>] { lines() }

    init(
        final: Set<Phase> = [.done],
        @TransitionBuilder<Sketch> _ lines: @escaping @Sendable () -> [MachineTransition<Sketch>]
    ) {
        self.final = final
        self.lines = lines
    }

    static let named = Sketch {
        Transition(Go.self, from: .open, to: .done, recording: Pressed())
            .when("it: is#1") { _, _ in true }
        PastTransition(Released.self, from: .open, to: .open)
    }
}

struct Go: MachineCommand { typealias Machine = Sketch }

struct `A state machine is checked before it works` {
    private func words(_ sketch: Sketch) -> String {
        do {
            _ = try StateMachine(sketch)
            return "it works"
        } catch {
            #expect(error.code == .invalidMachine)
            #expect(error.place == "machine 'sketch'")
            return "\(error.what): \(error.why)"
        }
    }

    private let past = PastTransition<Sketch>(Released.self, from: .open, to: .open)

    @Test func `An event that no transition makes`() {
        let sketch = Sketch {
            Transition(Go.self, from: .open, to: .done, recording: Pressed())
        }
        #expect(
            words(sketch)
                == "No transition makes 'button-released': ButtonEvent has a case for it")
    }

    @Test func `An event that is none of its own`() {
        let sketch = Sketch {
            Transition(Go.self, from: .open, to: .done, recording: Deposited(amount: 1))
        }
        #expect(
            words(sketch)
                == "Go makes an event that is none of the machine's: ButtonEvent has no case for Deposited"
        )
    }

    @Test func `A phase that is never reached`() {
        let sketch = Sketch {
            Transition(Go.self, from: .open, to: .open, recording: Pressed())
            past
        }
        #expect(
            words(sketch)
                == "'done' is never reached: no transitions lead there from 'not yet; #quoted'")
    }

    @Test func `A phase that cannot be left, and is not final`() {
        let sketch = Sketch(final: []) {
            Transition(Go.self, from: .open, to: .done, recording: Pressed())
            past
        }
        #expect(words(sketch) == "'done' cannot be left: no transition leads from it")
    }

    @Test func `A transition from a final phase, and one from nowhere`() {
        let onward = Sketch {
            Transition(Go.self, from: .open, .done, to: .done, recording: Pressed())
            past
        }
        #expect(
            words(onward) == "Go leads from 'done', which is final: 'final' names that phase")
        let rootless = Sketch {
            Transition(Go.self, to: .done, recording: Pressed())
            past
        }
        #expect(words(rootless) == "Go leads to 'done' from nowhere: its 'from' names no phase")
    }

    @Test func `Two transitions that no guard tells apart`() {
        let bare = Sketch {
            Transition(Go.self, from: .open, to: .done, recording: Pressed())
            Transition(Go.self, from: .open, to: .open, recording: Released())
                .when("it is dark") { _, _ in true }
        }
        #expect(
            words(bare)
                == "Go [it is dark] is never taken from 'not yet; #quoted': a transition by Go without a guard "
                + "stands before it")
        let same = Sketch {
            Transition(Go.self, from: .open, to: .done, recording: Pressed())
                .when("it is dark") { _, _ in true }
            Transition(Go.self, from: .open, to: .open, recording: Released())
                .when("it is dark") { _, _ in false }
        }
        #expect(
            words(same)
                == "Go [it is dark] leads from 'not yet; #quoted' twice: two transitions have the same guard"
        )
        let apart = Sketch {
            Transition(Go.self, from: .open, to: .done, recording: Pressed())
                .when("it is dark") { _, _ in false }
            Transition(Go.self, from: .open, to: .open, recording: Released())
        }
        #expect(words(apart) == "it works")
        let machine = try? StateMachine(apart)
        #expect(
            machine.flatMap { try? $0.decide(Go(), $0.initial) } == [.released(Released())])
    }

    @Test func `An event that would not tell where it led`() {
        let sketch = Sketch {
            Transition(Go.self, from: .open, to: .done, recording: Pressed())
                .when("it is dark") { _, _ in true }
            Transition(Go.self, from: .open, to: .open, recording: Pressed())
            past
        }
        #expect(
            words(sketch)
                == "'button-pressed' leads from 'not yet; #quoted' to 'done' and to 'not yet; #quoted': what is "
                + "recorded has to tell where it led")
    }
}
