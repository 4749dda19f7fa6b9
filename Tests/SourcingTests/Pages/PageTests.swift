import Testing

@Suite struct `The pages about event sourcing` {
    @Test(arguments: try Page.all())
    func `Show code that is compiled`(name: String) throws {
        let page = try Page(name)
        let uncompiled = page.uncompiled(in: try Page.compiled())
        #expect(uncompiled.isEmpty, "\(name): \(uncompiled.first?.prefix(200) ?? "")")
    }

    @Test func `Show what it prints`() async throws {
        #expect(try await Printed.by(first) == Page("README.md").told)
        #expect(try await Printed.by(repositories) == Page("repositories.md").told)
        #expect(try await Printed.by(timeTravel) == Page("time-travel.md").told)
    }
}
