import Daybook
import DaybookSourcing

struct Pressed: DomainEvent, Equatable {
    static let eventType: EventType = "button-pressed"
}

struct Released: DomainEvent, Equatable {
    static let eventType: EventType = "button-released"
}

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

struct Press: MachineCommand { typealias Machine = Button }
struct Release: MachineCommand { typealias Machine = Button }

struct TransferOrdered: DomainEvent, Equatable {
    static let eventType: EventType = "transfer-ordered"
    var amount: Int
}

struct TransferApproved: DomainEvent, Equatable {
    static let eventType: EventType = "transfer-approved"
    var by: String
}

struct TransferExecuted: DomainEvent, Equatable {
    static let eventType: EventType = "transfer-executed"
}

struct TransferCancelled: DomainEvent, Equatable {
    static let eventType: EventType = "transfer-cancelled"
    var reason: String
}

enum TransferEvent: EventSet, Equatable {
    case ordered(TransferOrdered)
    case approved(TransferApproved)
    case executed(TransferExecuted)
    case cancelled(TransferCancelled)

    static var members: [EventMember<TransferEvent>] {
        EventMember(TransferEvent.ordered)
        EventMember(TransferEvent.approved)
        EventMember(TransferEvent.executed)
        EventMember(TransferEvent.cancelled)
    }

    var event: any DomainEvent {
        switch self {
        case .ordered(let event): event
        case .approved(let event): event
        case .executed(let event): event
        case .cancelled(let event): event
        }
    }
}

struct Order: MachineCommand {
    typealias Machine = Transfer
    var amount: Int
}

struct Approve: MachineCommand {
    typealias Machine = Transfer
    var by: String
}

struct Execute: MachineCommand { typealias Machine = Transfer }

struct Cancel: MachineCommand {
    typealias Machine = Transfer
    var reason: String
}

struct Transfer: MachineDefinition {
    static let name = "transfer"

    enum Phase: String, CaseIterable { case new, ordered, approved, executed, cancelled }

    struct Context: Equatable, Codable, Sendable {
        var amount = 0
        var approvals: Set<String> = []
    }

    /// Up to here a transfer needs nobody's approval.
    let freeAmountMax: Int

    let start = Phase.new
    let final: Set<Phase> = [.executed, .cancelled]
    let context = Context()

    var transitions: [MachineTransition<Transfer>] {
        Transition(Order.self, from: .new, to: .ordered) { order, _ in
            TransferOrdered(amount: order.amount)
        }
        .when("there is something to transfer") { order, _ in order.amount > 0 }
        Transition(Approve.self, from: .ordered, to: .approved) { approve, _ in
            TransferApproved(by: approve.by)
        }
        Transition(Execute.self, from: .ordered, to: .executed, recording: TransferExecuted())
            .when("the amount needs no approval") { _, transfer in
                transfer.amount <= freeAmountMax
            }
        Transition(Execute.self, from: .approved, to: .executed, recording: TransferExecuted())
        Transition(Cancel.self, from: .ordered, .approved, to: .cancelled) { cancel, _ in
            TransferCancelled(reason: cancel.reason)
        }
    }

    func update(_ context: inout Context, _ event: TransferEvent) {
        switch event {
        case .ordered(let ordered): context.amount = ordered.amount
        case .approved(let approved): context.approvals.insert(approved.by)
        case .executed, .cancelled: break
        }
    }
}
