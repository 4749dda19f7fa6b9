import Daybook
import Synchronization
import Testing

@testable import DaybookCLI
@testable import DaybookStore

@Suite struct CompletionCallTests {
    private func console(_ streams: [String]) async throws -> Console {
        var console = Console()
        console.openingProgress = (1000, 1000)
        for stream in streams {
            try await console.store.append([Event(type: "t", data: "{}")], to: stream)
        }
        return console
    }

    private func ask(
        _ console: Console, _ before: String, behind: String = "", shell: Shell = .bash,
        replacing replaced: String? = nil
    ) async -> [Substring] {
        let words = ["--complete", shell.rawValue, before, behind] + (replaced.map { [$0] } ?? [])
        let result = await console.run(words)
        #expect(result.exit == .success)
        #expect(result.errors.isEmpty)
        return result.output.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    }

    @Test func `Bash is told what is to be typed, zsh also what it means`() async throws {
        let console = Console()
        #expect(await ask(console, "daybook hea") == ["words", "", "head"])
        let zsh = await ask(console, "daybook hea", shell: .zsh)
        let head = try #require(Commands.all.first { $0.name == "head" })
        #expect(zsh.contains { $0 == "head:" + head.summary })
    }

    @Test func `Bash types anew only what it divided`() async throws {
        let console = try await console(["a:b=c@d", "it's here"])
        func typed(_ before: String, _ replaced: String) async -> Substring? {
            await ask(console, before, replacing: replaced).last
        }
        #expect(await typed("daybook read a:b", "b") == "b=c@d")
        #expect(await typed("daybook read a:b=c@", "@") == "@d")
        #expect(await typed("daybook read it", "it") == #"it\'s\ here"#)
        #expect(await typed(#"daybook read it\'s\ h"#, #"it\'s\ h"#) == #"it\'s\ here"#)
        #expect(await typed("daybook read 'a:b", "a:b") == "a:b=c@d")
        #expect(await typed(#"daybook read "it's"#, "it's") == "it's here")
        #expect(await typed("daybook append x --expect=ex", "ex") == "exists")
    }

    @Test func `Zsh is told names that it takes apart at colons`() async throws {
        let console = try await console([#"a:b\c"#])
        #expect(await ask(console, "daybook read a", shell: .zsh) == ["words", "", #"a\:b\\c"#])
    }

    @Test func `A name that breaks the line is not told`() async throws {
        let console = try await console(["a\nb", "ab"])
        #expect(await ask(console, "daybook read a") == ["words", "", "ab"])
    }

    @Test func `Files and folders are for the shell to know`() async {
        let console = Console()
        #expect(await ask(console, "daybook import x") == ["files", ""])
        #expect(await ask(console, "daybook export > x") == ["files", ""])
        #expect(await ask(console, "daybook stats --store=") == ["folders", "--store="])
        #expect(await ask(console, "daybook append s --data @x") == ["file-behind", "@"])
        #expect(
            await ask(console, "daybook append s --data=@x", replacing: "@x")
                == ["file-behind", "@"])
        #expect(console.opened.last == nil)
    }

    @Test func `The store and the journal of the line are asked, and never made`() async throws {
        var console = try await console(["account-1"])
        console.environment = ["HOME": "/there"]
        #expect(
            await ask(console, "daybook append acc", behind: " --store ~/bank --journal=billing")
                == ["words", "", "account-1"])
        let opened = try #require(console.opened.last)
        #expect(opened.path == "/there/bank" && opened.journal == "billing")
        #expect(opened.mode == .readOnly)
        #expect(console.store.state.withLock { $0.closings } == 1)
    }

    @Test func `Journals and categories are told by their names`() async throws {
        var console = try await console(["account-1", "account-2", "order-1", "none"])
        console.journals = [JournalInfo(name: "main"), JournalInfo(name: "billing")]
        #expect(await ask(console, "daybook read --journal b") == ["words", "", "billing"])
        #expect(
            await ask(console, "daybook read --category ") == ["words", "", "account", "order"])
        #expect(await ask(console, "daybook read --category=or", replacing: "or").last == "order")
    }

    @Test func `Where there is no store the options are told`() async {
        var console = Console()
        console.refusesOpening = StoreError(
            .notFound, "no store", why: "none was made", remedy: "Make one.")
        console.journals = []
        #expect(await ask(console, "daybook read ").contains("--all"))
        #expect(await ask(console, "daybook read --journal ") == ["words", ""])
        #expect(await ask(console, "daybook read x") == ["words", ""])
    }

    @Test func `Where an address is none, nothing else is asked instead`() async throws {
        let console = try await console(["account-1"])
        #expect(await ask(console, "daybook compact --url x --journal m") == ["words", ""])
        #expect(await ask(console, "daybook read --url x acc") == ["words", ""])
        #expect(console.opened.last == nil)
    }

    @Test func `A store that is slow to open is not waited for`() async throws {
        var console = try await console(["account-1"])
        console.openingProgress = (1, 2_000_000)
        #expect(await ask(console, "daybook read acc") == ["words", ""])
    }

    @Test(.timeLimit(.minutes(15))) func `A store that does not answer is given up`() async throws {
        var console = Console()
        let door = SilentDoor()
        console.stores = door
        let call = try #require(
            CompletionCall(["bash", "daybook read acc", ""], console.surroundings()))
        #expect(await call.answer(within: .milliseconds(1)) == ["words", ""])
    }

    @Test func `What is no question is answered with nothing`() async {
        for words in [["--complete"], ["--complete", "fish", "daybook r", ""]] {
            let result = await Console().run(words)
            #expect(result.exit == .success && result.output.isEmpty && result.errors.isEmpty)
        }
    }
}

/// Stores that never open.
private struct SilentDoor: StoreDoor {
    private let never = AsyncStream.makeStream(of: Never.self)

    func open(
        at path: String, _ mode: EmbeddedStore.Mode, journal: String,
        progress: @escaping @Sendable (Position, Position) -> Void
    ) async throws(StoreError) -> any FolderStore {
        for await _ in never.stream {}
        // Only whoever no longer waits comes here.
        throw StoreError(.closed, "closed", why: "the test ended", remedy: "Nothing.")
    }

    func journals(at path: String) async throws(StoreError) -> [JournalInfo] { [] }

    func verify(
        at path: String, journal: String?, progress: @escaping @Sendable (Int, Int) -> Void
    ) async throws(StoreError) -> VerifyReport {
        preconditionFailure("nobody verifies here")
    }
}

@Suite struct CompletionCommandTests {
    @Test(arguments: Shell.allCases) func `A shell gets its script`(shell: Shell) async {
        let result = await Console().run("completion", shell.rawValue)
        #expect(result.exit == .success)
        #expect(result.output.contains("--complete \(shell.rawValue)"))
        // They are asked for, so that the script fits every version.
        #expect(!result.output.contains("append"))
    }

    @Test func `An unknown shell is refused with those that are known`() async {
        let result = await Console().run("completion", "zhs")
        #expect(result.exit == .usage)
        #expect(result.errors.contains("bash, zsh"))
        #expect(result.errors.contains("Did you mean `zsh`?"))
    }
}

@Suite struct StoreNamesTests {
    private func store(_ names: [String]) async throws -> FakeStore {
        let store = FakeStore()
        for name in names { try await store.append([Event(type: "t", data: "{}")], to: name) }
        return store
    }

    private let many = (0..<300).map { "account-\(1000 + $0)" }

    @Test func `Few are told as they are`() async throws {
        let store = try await store(["b-1", "a-1", "a-2"])
        #expect(
            try await StoreNames.streams(beginning: "a", in: store)
                == StoreNames(names: ["a-1", "a-2"]))
        #expect(try await StoreNames.streams(beginning: "x", in: store) == StoreNames())
    }

    @Test func `Many are told by category, and within one letter by letter`() async throws {
        let store = try await store(many + ["order-1", "orders", "order"])
        func stems(_ text: String) async throws -> [String]? {
            let found = try await StoreNames.streams(beginning: text, in: store)
            return found.areStems ? found.names : nil
        }
        #expect(try await stems("") == ["account-", "order", "order-", "orders"])
        #expect(try await stems("acc") == ["account-"])
        // `1` follows in all of them.
        #expect(try await stems("account-") == ["account-10", "account-11", "account-12"])
        let few = try await StoreNames.streams(beginning: "account-12", in: store)
        #expect(few == StoreNames(names: (1200..<1300).map { "account-\($0)" }))
    }

    @Test func `A name that others begin with is one of those told`() async throws {
        let store = try await store(many + ["account-", "account-10"])
        let found = try await StoreNames.streams(beginning: "account-", in: store)
        #expect(found.names == ["account-", "account-1"])
        let next = try await StoreNames.streams(beginning: "account-1", in: store)
        #expect(next.names == ["account-10", "account-11", "account-12"])
    }

    /// A shell would write what the first hundred have in common, and hide the others.
    @Test func `All are told or none`() async throws {
        let letters = (0..<150).map { String(Unicode.Scalar(0x4E00 + $0)!) }
        let store = try await store(letters)
        #expect(try await StoreNames.streams(beginning: "", in: store).names.isEmpty)
        let categories = try await self.store(letters.map { $0 + "-1" })
        #expect(try await StoreNames.categories(beginning: "", in: categories).names.isEmpty)
    }
}
