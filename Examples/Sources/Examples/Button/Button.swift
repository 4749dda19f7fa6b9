import Daybook
import DaybookSourcing

// The smallest state machine: two phases, two commands, two events.

struct Pressed: DomainEvent, Equatable {
    static let eventType: EventType = "button-pressed"
}

struct Released: DomainEvent, Equatable {
    static let eventType: EventType = "button-released"
}

/// All that can happen to a button.
enum ButtonEvent: EventSet, Equatable {
    case pressed(Pressed)
    case released(Released)

    static var members: [EventMember<ButtonEvent>] {
        EventMember(ButtonEvent.pressed)
        EventMember(ButtonEvent.released)
    }

    var event: any DomainEvent {
        switch self {
        case .pressed(let event): event
        case .released(let event): event
        }
    }
}

struct Press: MachineCommand { typealias Machine = Button }
struct Release: MachineCommand { typealias Machine = Button }

struct Button: MachineDefinition {
    typealias Event = ButtonEvent
    static let name = "button"

    enum Phase: String, CaseIterable { case released, pressed }
    let start = Phase.released

    var transitions: [MachineTransition<Button>] {
        Transition(Press.self, from: .released, to: .pressed, recording: Pressed())
        Transition(Release.self, from: .pressed, to: .released, recording: Released())
    }
}

/// All that a program with buttons can read.
func buttonCatalog() throws -> EventCatalog {
    try EventCatalog {
        Pressed.self
        Released.self
    }
}
