import Daybook
import DaybookCoding
import DaybookPlatform
import DaybookSourcing
import DaybookStoreContract
import Testing

struct `A state machine` {
    typealias Refusal = TransitionRefusal<Transfer.Phase>

    let button: StateMachine<Button>
    let transfer: StateMachine<Transfer>

    init() throws {
        button = try StateMachine(Button())
        transfer = try StateMachine(Transfer(freeAmountMax: 100))
    }

    /// The state behind some commands, each decided on the one before.
    private func state(
        _ commands: any MachineCommand<Transfer>...
    ) throws(Refusal) -> StateMachine<Transfer>.State {
        var state = transfer.initial
        for command in commands {
            for event in try transfer.decide(command, state) { transfer.evolve(&state, event) }
        }
        return state
    }

    @Test func `Leads from phase to phase`() throws {
        var state = button.initial
        #expect(state.phase == .released)
        let events = try button.decide(Press(), state)
        #expect(events == [.pressed(Pressed())])
        button.evolve(&state, events[0])
        #expect(state == MachineState(.pressed))
        #expect(try button.decide(Release(), state) == [.released(Released())])
    }

    @Test func `Refuses what leads nowhere, and says what would`() throws {
        let refusal = #expect(throws: TransitionRefusal<Button.Phase>.self) {
            try button.decide(Release(), button.initial)
        }
        #expect(
            refusal
                == TransitionRefusal(phase: .released, command: "Release", allowed: ["Press"]))
        #expect(
            refusal?.description
                == "Release is not possible in 'released'. Possible there: Press.")
        #expect(!button.allows(Release(), in: button.initial))
        #expect(button.allows(Press(), in: button.initial))
    }

    @Test func `Refuses what a guard does not allow, and says which`() throws {
        let small = try state(Order(amount: 100), Execute())
        #expect(small.phase == .executed)
        let refusal = #expect(throws: Refusal.self) {
            try state(Order(amount: 101), Execute())
        }
        #expect(refusal?.unmet == ["the amount needs no approval"])
        #expect(
            refusal?.description
                == "Execute is not possible in 'ordered': it does not hold that the amount needs no approval. "
                + "Possible there: Approve, Execute [the amount needs no approval], Cancel.")
        let approved = try state(Order(amount: 101), Approve(by: "Ada"), Execute())
        #expect(approved.phase == .executed)
        #expect(approved.approvals == ["Ada"])
        #expect(approved.amount == 101)
    }

    @Test func `Does nothing more in a final phase`() throws {
        let state = try state(Order(amount: 1), Cancel(reason: "typing error"))
        #expect(transfer.isTerminal(state))
        #expect(!transfer.isTerminal(transfer.initial))
        let refusal = #expect(throws: Refusal.self) {
            try transfer.decide(Execute(), state)
        }
        #expect(
            refusal?.description
                == "Execute is not possible in 'cancelled'. Nothing is possible there any more.")
    }

    @Test func `Takes in what happened, whether it could happen now or not`() throws {
        var state = try state(Order(amount: 1), Cancel(reason: "typing error"))
        // It leads to one place, from wherever.
        transfer.evolve(&state, .executed(TransferExecuted()))
        #expect(state.phase == .executed)
        #expect(transfer.allowed(in: .executed) == [])
    }

    @Test func `Follows events that nobody makes any more`() throws {
        let machine = try StateMachine(
            Sketch {
                Transition(Go.self, from: .open, to: .done, recording: Pressed())
                PastTransition(Released.self, from: .open, to: .done)
            })
        #expect(machine.state([.released(Released())]).phase == .done)
        #expect(machine.allowed(in: .open) == ["Go"])
    }

    @Test func `Follows an event to where it leads from here`() throws {
        let lamp = try StateMachine(Lamp())
        let pressed = ButtonEvent.pressed(Pressed())
        let released = ButtonEvent.released(Released())
        #expect(lamp.state([pressed]).phase == .on)
        #expect(lamp.state([pressed, pressed]).phase == .off)
        // Nobody can say where it leads from there.
        #expect(lamp.state([pressed, released, pressed]).phase == .broken)
    }

    @Test func `Keeps its state and its refusals as text`() throws {
        let state = try state(Order(amount: 7), Approve(by: "Ada"))
        let bytes = try PayloadEncoder(.json).encode(state)
        #expect(String(decoding: bytes, as: UTF8.self).contains(#""phase":"approved""#))
        let again = try PayloadDecoder(.json).decode(
            StateMachine<Transfer>.State.self, from: bytes.span.bytes)
        #expect(again == state)
        let refusal = Refusal(
            phase: .new, command: "Order", unmet: ["it is open"], allowed: ["Order"])
        let written = try PayloadEncoder(.json).encode(refusal)
        #expect(
            try PayloadDecoder(.json).decode(Refusal.self, from: written.span.bytes) == refusal)
        #expect(throws: DecodingError.self) {
            try PayloadDecoder(.json).decode(
                Refusal.self,
                from: Array(#"{"phase":"lost","command":"","unmet":[],"allowed":[]}"#.utf8).span
                    .bytes)
        }
    }

    private static func catalog() throws -> EventCatalog {
        try EventCatalog {
            TransferOrdered.self
            TransferApproved.self
            TransferExecuted.self
            TransferCancelled.self
        }
    }

    /// What a clerk with a rule book would do.
    private static func expected(
        _ command: any MachineCommand<Transfer>, _ state: StateMachine<Transfer>.State
    ) -> Transfer.Phase? {
        switch (command, state.phase) {
        case (let order as Order, .new): order.amount > 0 ? .ordered : nil
        case (is Approve, .ordered): .approved
        case (is Execute, .ordered): state.amount <= 100 ? .executed : nil
        case (is Execute, .approved): .executed
        case (is Cancel, .ordered), (is Cancel, .approved): .cancelled
        default: nil
        }
    }

    @Test(arguments: 1...50 as ClosedRange<UInt64>)
    func `Does what is written down, and nothing else, whatever it is asked for`(
        seed: UInt64
    ) throws {
        let chance = SeededRandomness(seed: seed)
        var state = transfer.initial
        for _ in 0..<20 {
            let commands: [any MachineCommand<Transfer>] = [
                Order(amount: chance.next(below: 3) * 75), Approve(by: "Ada"), Execute(),
                Cancel(reason: ""),
            ]
            // Ends are rare: the ways before them are the longer ones.
            let command = commands[chance.next(below: chance.next(below: 3) == 0 ? 4 : 2)]
            let wanted = Self.expected(command, state)
            #expect(transfer.allows(command, in: state) == (wanted != nil), "seed \(seed)")
            do {
                let events = try transfer.decide(command, state)
                #expect(events.count == 1)
                for event in events { transfer.evolve(&state, event) }
                #expect(state.phase == wanted, "seed \(seed)")
            } catch {
                #expect(error.phase == state.phase, "seed \(seed)")
                #expect(
                    transfer.allowed(in: state.phase).contains { $0.hasPrefix(error.command) }
                        == !error.unmet.isEmpty, "seed \(seed)")
            }
        }
    }

    @Test func `Is answered as the first time under the same key, and has snapshots`() async throws
    {
        let store = SourcedStore(ModelStore(), catalog: try Self.catalog())
        let transfers = try Repository(transfer, in: store, snapshots: .every(2))
        await #expect(throws: Refusal.self) {
            try await transfers.execute(Execute(), on: "9", key: "request-1")
        }
        try await transfers.execute(Order(amount: 5), on: "9", key: "request-2")
        try await transfers.execute(Approve(by: "Ada"), on: "9")
        let refusal = await #expect(throws: Refusal.self) {
            try await transfers.execute(Execute(), on: "9", key: "request-1")
        }
        #expect(
            refusal
                == Refusal(
                    phase: .new, command: "Execute",
                    allowed: ["Order [there is something to transfer]"]))
        let again = try await transfers.execute(Order(amount: 5), on: "9", key: "request-2")
        #expect(again.isRepeated)
        let others = try Repository(transfer, in: store, snapshots: .every(2))
        let state = try await others.load("9").state
        #expect(state.phase == .approved)
        #expect(state.approvals == ["Ada"])
    }

    @Test func `Lives in a repository as any decider`() async throws {
        let store = ModelStore()
        let catalog = try Self.catalog()
        let transfers = try Repository(transfer, in: SourcedStore(store, catalog: catalog))
        try await transfers.execute(Order(amount: 500), on: "9")
        let done = try await transfers.execute(Approve(by: "Ada"), on: "9")
        #expect(done.state.phase == .approved)
        await #expect(throws: Refusal.self) {
            try await transfers.execute(Order(amount: 1), on: "9")
        }
        // Another program reads the same.
        let others = try Repository(transfer, in: SourcedStore(store, catalog: catalog))
        let state = try await others.load("9").state
        #expect(state == done.state)
        let types = try await store.events(.stream("transfer-9")).map(\.type)
        #expect(types == ["transfer-ordered", "transfer-approved"])
    }
}

/// A lamp that breaks when its button gets stuck.
private struct Lamp: MachineDefinition {
    typealias Event = ButtonEvent
    static let name = "lamp"

    enum Phase: String, CaseIterable { case off, on, broken }
    let start = Phase.off
    let final: Set<Phase> = [.broken]

    var transitions: [MachineTransition<Lamp>] {
        Transition(Switch.self, from: .off, to: .on, recording: Pressed())
        Transition(Switch.self, from: .on, to: .off, recording: Pressed())
        PastTransition(Released.self, from: .on, to: .broken)
    }
}

private struct Switch: MachineCommand { typealias Machine = Lamp }

struct `A picture of a state machine` {
    @Test func `Is drawn in Mermaid`() throws {
        #expect(
            try StateMachine(Button()).mermaid == """
                stateDiagram-v2
                    [*] --> released
                    released --> pressed: Press / button-pressed
                    pressed --> released: Release / button-released

                """)
        #expect(
            try StateMachine(Transfer(freeAmountMax: 100)).mermaid == """
                stateDiagram-v2
                    [*] --> new
                    new --> ordered: Order [there is something to transfer] / transfer-ordered
                    ordered --> approved: Approve / transfer-approved
                    ordered --> executed: Execute [the amount needs no approval] / transfer-executed
                    approved --> executed: Execute / transfer-executed
                    ordered --> cancelled: Cancel / transfer-cancelled
                    approved --> cancelled: Cancel / transfer-cancelled
                    executed --> [*]
                    cancelled --> [*]

                """)
    }

    @Test func `Is drawn for Graphviz`() throws {
        #expect(
            try StateMachine(Button()).graphviz == """
                digraph "button" {
                    rankdir = LR
                    node [shape = box, style = rounded]
                    "[*]" [shape = point]
                    "released"
                    "pressed"
                    "[*]" -> "released"
                    "released" -> "pressed" [label = "Press / button-pressed"]
                    "pressed" -> "released" [label = "Release / button-released"]
                }

                """)
        #expect(
            try StateMachine(Transfer(freeAmountMax: 1)).graphviz.contains(
                #""executed" [peripheries = 2]"#))
    }

    @Test func `Takes names and guards that its language would not`() throws {
        let picture = try StateMachine(Sketch.named).mermaid
        #expect(
            picture == """
                stateDiagram-v2
                    state "not yet#59; #35;quoted" as phase0
                    [*] --> phase0
                    phase0 --> done: Go [it#58; is#35;1] / button-pressed
                    phase0 --> phase0: formerly / button-released
                    done --> [*]

                """)
        #expect(
            try StateMachine(Sketch.named).graphviz.contains(#"[label = "Go [it: is#1]"#))
    }
}
