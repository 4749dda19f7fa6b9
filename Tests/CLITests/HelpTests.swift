import Testing

@testable import DaybookCLI

@Suite struct HelpTests {
    @Test(arguments: Commands.all.map(\.name))
    func `Every command has purpose, usage, options and an example`(name: String) async {
        let result = await Console().run(name, "--help")
        #expect(result.exit == .success)
        #expect(result.errors.isEmpty)
        for part in [
            "daybook \(name): ", "Usage: daybook \(name)", "Options:", "Example", "--store",
        ] {
            #expect(result.output.contains(part))
        }
        #expect(result.lines.allSatisfy { $0.count <= 100 })
        #expect(await Console().run("help", name).output == result.output)
    }

    @Test(arguments: HelpTopic.all.map(\.name))
    func `Every topic has its page`(name: String) async {
        let result = await Console().run("help", name)
        #expect(result.exit == .success)
        #expect(result.lines.count > 3)
    }

    @Test func `Without arguments the commands are listed`() async {
        let result = await Console().run()
        #expect(result.exit == .success)
        for command in Commands.all { #expect(result.output.contains(command.name)) }
        #expect(await Console().run("--help").output == result.output)
    }

    @Test func `All exit codes are documented`() async {
        let page = await Console().run("help", "exit-codes").output
        for code in ExitCode.allCases { #expect(page.contains("  \(code.rawValue)  ")) }
    }

    @Test func `An unknown command is answered with the nearest`() async {
        let result = await Console().run("imprt", "x")
        #expect(result.exit == .usage)
        #expect(result.errors.contains("Did you mean `import`?"))
        #expect(result.output.isEmpty)
    }

    @Test func `The version is told`() async {
        #expect(await Console().run("--version").output == "daybook \(Program.version)\n")
    }

    @Test func `A terminal gets colours, and NO_COLOR is for the stream to know`() async {
        var console = Console()
        console.isTerminal = true
        #expect(await console.run().output.contains("\u{1B}["))
        #expect(await Console().run().output.contains("\u{1B}[") == false)
    }
}
