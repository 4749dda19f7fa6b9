import Daybook
import DaybookSourcing

/// A button that is pressed and released.
public enum ButtonExample {
    /// Presses a button, twice in a row, and tells what becomes of it.
    /// - Parameters:
    ///   - store: Where it is recorded, in a stream of its own.
    ///   - print: Called with one line at a time.
    public nonisolated(nonsending) static func run(
        in store: any EventStore, print: (String) -> Void
    ) async throws {
        let machine = try StateMachine(Button())
        print("A button can be pressed and released. As a picture, for Mermaid:")
        print("")
        for line in machine.mermaid.split(separator: "\n") { print("    \(line)") }
        print("")

        let buttons = try Repository(
            machine, in: SourcedStore(store, catalog: try buttonCatalog()))
        let button = try await buttons.unusedID()
        let commands: [any MachineCommand<Button>] = [Press(), Press(), Release()]
        for command in commands {
            let name = "\(type(of: command))"
            do {
                let done = try await buttons.execute(command, on: button)
                print("\(name): it is \(done.state.phase) now")
            } catch let refusal as TransitionRefusal<Button.Phase> {
                print("\(name) is refused: \(refusal)")
            }
        }
        print("")
        print("What is recorded in '\(buttons.stream(button))', and what it made of the button:")
        for try await change in buttons.history(button) {
            print(
                "    \(change.recorded.revision)  \(change.recorded.type): "
                    + "\(change.before.phase) → \(change.after.phase)")
        }
        let past = try await buttons.load(button, at: .revision(0))
        print("Behind revision 0 it was \(past.state.phase), and can be looked at so for ever.")
    }
}
