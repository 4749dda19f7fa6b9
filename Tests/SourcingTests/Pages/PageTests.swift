import DaybookSourcing
import Testing

@Suite struct `The pages about event sourcing` {
    @Test(arguments: try Page.all())
    func `Show code that is compiled`(name: String) throws {
        let page = try Page(name)
        let uncompiled = page.uncompiled(in: try Page.compiled())
        #expect(uncompiled.isEmpty, "\(name): \(uncompiled.first?.prefix(200) ?? "")")
    }

    @Test func `Show the pictures that are drawn`() throws {
        let pictures = [
            try StateMachine(Button()).mermaid,
            try StateMachine(Transfer(freeAmountMax: 100)).mermaid,
        ]
        #expect(try Page("machines.md").texts(in: "mermaid") == pictures)
    }

    @Test func `Show what it prints`() async throws {
        #expect(try await Printed.by(first) == Page("README.md").told)
        #expect(try await Printed.by(repositories) == Page("repositories.md").told)
        #expect(try await Printed.by(changedEvents) == Page("events.md").told)
        #expect(try await Printed.by(boundaries) == Page("boundaries.md").told)
        #expect(try await Printed.by(machines) == Page("machines.md").told)
        #expect(try await Printed.by(commands) == Page("commands.md").told)
        #expect(try await Printed.by(timeTravel) == Page("time-travel.md").told)
        #expect(try await Printed.by(inAnApplication) == Page("in-an-application.md").told)
    }
}
