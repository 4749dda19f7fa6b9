import Daybook
import DaybookSourcing
import DaybookStoreContract

// The code of `Documentation/sourcing/machines.md` that is not in Machines.swift.

func machines() async throws {
    let engine = ModelStore()
    let catalog = try EventCatalog {
        Pressed.self
        Released.self
        TransferOrdered.self
        TransferApproved.self
        TransferExecuted.self
        TransferCancelled.self
    }
    let store = SourcedStore(engine, catalog: catalog)

    let buttons = try Repository(StateMachine(Button()), in: store)
    let pressed = try await buttons.execute(Press(), on: "door")
    print(pressed.state.phase)
    do {
        try await buttons.execute(Press(), on: "door")
    } catch let refusal as TransitionRefusal<Button.Phase> {
        print(refusal)
    }

    let machine = try StateMachine(Transfer(freeAmountMax: 100))
    let transfers = try Repository(machine, in: store)
    let ordered = try await transfers.execute(Order(amount: 250), on: "9")
    do {
        try await transfers.execute(Execute(), on: "9")
    } catch let refusal as TransitionRefusal<Transfer.Phase> {
        print(refusal.phase, refusal.command, refusal.unmet)
        print(refusal.allowed)
    }
    print(machine.allows(Approve(by: "Ada"), in: ordered.state))
    try await transfers.execute(Approve(by: "Ada"), on: "9")
    let done = try await transfers.execute(Execute(), on: "9")
    print(done.state.phase, done.state.amount, machine.isTerminal(done.state))
}
