import Testing

@testable import DaybookCLI

@Suite struct BenchCommandTests {
    @Test func `Stopped, it takes its folder away`() async {
        let folder = Folder()
        let console = Console()
        console.interruption.listen {}
        console.interruption.request(at: 0)
        let result = await console.run("bench", "--folder", folder.path + "/bench")
        #expect(result.exit == .interrupted)
        #expect(folder.names.isEmpty)
    }

    @Test func `A folder that is there already is left alone`() async throws {
        let folder = Folder()
        try folder.write("mine", "text")
        let result = await Console().run("bench", "--folder", folder.path)
        #expect(result.exit == .failure)
        #expect(result.errors.contains("cannot be made for the benchmark"))
        #expect(folder.names == ["mine"])
    }

    @Test func `A store that is only read goes with no other work`() async throws {
        let result = await Console().run("bench", "--read", "bank", "--history", "9")
        #expect(result.exit == .usage && result.errors.contains("cannot be given together"))
    }
}
