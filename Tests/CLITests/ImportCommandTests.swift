import Daybook
import DaybookJSON
import Synchronization
import Testing

@testable import DaybookCLI

@Suite struct ImportCommandTests {
    /// Lines of a few streams, numbered.
    static func lines(_ range: Range<Int>) -> String {
        range.map { number in
            #"{"n":\#(number + 1),"stream":"s-\#(number % 7)","v":\#(number / 7),"type":"counted","#
                + #""time":"2024-01-01T00:00:00Z","tags":["n:\#(number)"],"data":{"n":\#(number)}}"#
                + "\n"
        }.joined()
    }

    func numbers(_ store: FakeStore) -> [String] { store.events.map(\.text) }

    let folder = Folder()

    @Test func `A file is recorded line by line, in appends that carry a mark`() async throws {
        let file = try folder.write("a.jsonl", Self.lines(0..<2500))
        let console = Console()
        let result = await console.run("import", file, "--check-revisions")
        #expect(result.exit == .success, "\(result.errors)")
        #expect(result.lines[0].hasPrefix("2,500 events recorded in "))
        #expect(numbers(console.store) == (0..<2500).map { #"{"n":\#($0)}"# })
        #expect(console.store.appends == 3)
        let mark = try #require(try await console.store.tracking("import:" + file))
        let token = try #require(ImportToken(mark: mark.token))
        #expect(token.lines == 2500)
        #expect(token.bytes == Self.lines(0..<2500).utf8.count)
        #expect(String(decoding: mark.note, as: UTF8.self) == file)
    }

    @Test
    func `Where the task is cancelled, only what was recorded counts, and the rest is missing`()
        async throws
    {
        let file = try folder.write("a.jsonl", Self.lines(0..<2500))
        func cancelled(_ store: FakeStore) async throws -> JournalImport.Report {
            store.delay.withLock { $0 = { for _ in 0..<1000 { await Task.yield() } } }
            return try await Task {
                var work = JournalImport(
                    try .file(file, name: nil), into: store, checksRevisions: false,
                    interruption: Interruption())
                // Behind the first batch that was sent.
                return try await work.run { _ in withUnsafeCurrentTask { unsafe $0?.cancel() } }
            }.value
        }
        let store = FakeStore()
        let report = try await cancelled(store)
        #expect(report.failure == nil && report.isInterrupted)
        #expect(report.events > 0 && report.events == store.events.count)
        let failing = FakeStore()
        failing.fail(fromAppend: 1)
        let failed = try await cancelled(failing)
        #expect(failed.failure?.code == "poisoned" && failed.events == 0)
    }

    @Test func `The same again is nothing new`() async throws {
        let file = try folder.write("a.jsonl", Self.lines(0..<10))
        let console = Console()
        _ = await console.run("import", file)
        let again = await console.run("import", file)
        #expect(again.exit == .success)
        #expect(again.lines == ["10 lines had been imported before", "nothing new"])
        #expect(console.store.events.count == 10)
        #expect(console.store.appends == 1)
    }

    @Test(arguments: ["plain", "gzip", "zstd"])
    func `What was added at the end is imported`(packing: String) async throws {
        func write(_ text: String) throws -> String {
            switch packing {
            case "gzip": try folder.write("a", InputStreamTests.gzip(text))
            case "zstd": try folder.write("a", InputStreamTests.zstd(text))
            default: try folder.write("a", text)
            }
        }
        let console = Console()
        _ = await console.run("import", try write(Self.lines(0..<1500)))
        let result = await console.run("import", try write(Self.lines(0..<3000)), "--json")
        #expect(result.exit == .success, "\(result.errors)")
        let report = try parsed(result.output)
        #expect(report["events"] == 1500)
        #expect(report["linesBefore"] == 1500)
        #expect(numbers(console.store) == (0..<3000).map { #"{"n":\#($0)}"# })
    }

    @Test(arguments: [1, 2, 5])
    func `Killed between appends and run again it ends as if nothing had been`(
        append: Int
    ) async throws {
        let file = try folder.write("a.jsonl", Self.lines(0..<5500))
        let console = Console()
        console.store.fail(fromAppend: append)
        let killed = await console.run("import", file)
        #expect(killed.exit == .failure)
        #expect(killed.errors.contains("one of the lines \((append - 1) * 1000 + 1) to "))
        #expect(console.store.events.count == (append - 1) * 1000)
        console.store.fail(fromAppend: .max)
        let again = await console.run("import", file)
        #expect(again.exit == .success, "\(again.errors)")
        #expect(numbers(console.store) == (0..<5500).map { #"{"n":\#($0)}"# })
    }

    @Test func `The ids are the same whether it was stopped or not`() async throws {
        let file = try folder.write("a.jsonl", Self.lines(0..<2500))
        let (whole, stopped) = (Console(), Console())
        _ = await whole.run("import", file)
        stopped.store.fail(fromAppend: 2)
        _ = await stopped.run("import", file)
        stopped.store.fail(fromAppend: .max)
        _ = await stopped.run("import", file)
        #expect(whole.store.events == stopped.store.events)
        #expect(Set(whole.store.events.map(\.id)).count == 2500)
    }

    @Test func `A source that changed is refused, and it is said what can be done`() async throws {
        let text = Self.lines(0..<10)
        let console = Console()
        _ = await console.run("import", try folder.write("a.jsonl", text))
        let changes = [
            text.replacing("counted", with: "COUNTED", maxReplacements: 1), Self.lines(0..<9), "",
            " " + text,
        ]
        for changed in changes {
            let result = await console.run("import", try folder.write("a.jsonl", changed), "--json")
            #expect(result.exit == .refused)
            let error = try parsed(result.errors)["error"]
            #expect(error?["code"] == "sourceChanged")
            #expect(error?["remedy"]?.asString?.contains("--source NAME") == true)
        }
        #expect(console.store.events.count == 10)
        let other = await console.run(
            "import", try folder.write("a.jsonl", changes[0]), "--source", "corrected")
        #expect(other.exit == .success)
        #expect(console.store.events.count == 20)
    }

    @Test func `A last line without an end may get it later, and nothing more`() async throws {
        let text = Self.lines(0..<3)
        let console = Console()
        _ = await console.run("import", try folder.write("a", String(text.dropLast())))
        #expect(console.store.events.count == 3)
        let grown = await console.run("import", try folder.write("a", text.dropLast() + "  x\n"))
        #expect(grown.exit == .refused)
        #expect(grown.errors.contains("line 3 has grown"))
        let ended = await console.run("import", try folder.write("a", text + Self.lines(3..<4)))
        #expect(ended.exit == .success, "\(ended.errors)")
        #expect(numbers(console.store) == (0..<4).map { #"{"n":\#($0)}"# })
        let last = try #require(console.store.events.last)
        var identity = LineIdentity(journal: FakeStore.journal, source: folder.path + "/a")
        #expect(last.id == identity.id(ofLine: 4))
    }

    @Test func `Empty lines and carriage returns are passed over, and counted`() async throws {
        let text = "\r\n  \n" + Self.lines(0..<2).replacing("\n", with: "\r\n") + "\n\n"
        let console = Console()
        let file = try folder.write("a", text)
        #expect(await console.run("import", file).exit == .success)
        #expect(numbers(console.store) == [#"{"n":0}"#, #"{"n":1}"#])
        #expect(await console.run("import", file).lines.last == "nothing new")
    }

    @Test func `A bad line stops it, what stands before it is recorded, and it continues`()
        async throws
    {
        let (before, after) = (Self.lines(0..<1234), Self.lines(1234..<1300))
        let console = Console()
        let file = try folder.write("a", before + #"{"stream":"s","typ":"t"}"# + "\n" + after)
        let result = await console.run("import", file)
        #expect(result.exit == .refused)
        #expect(result.errors.contains("line 1235, column 15 cannot be imported"))
        #expect(result.errors.contains("the field `typ` is unknown"))
        #expect(result.errors.contains("Did you mean `type`?"))
        #expect(result.errors.contains("place:  \(file):1235:15"))
        #expect(
            result.errors.contains("ended behind line 1234; the same command continues behind it"))
        #expect(console.store.events.count == 1234)
        try folder.write("a", before + after)
        #expect(await console.run("import", file).exit == .success)
        #expect(numbers(console.store) == (0..<1300).map { #"{"n":\#($0)}"# })
    }

    @Test func `Input that is cut off or damaged is told with its line`() async throws {
        let packed = try InputStreamTests.gzip(Self.lines(0..<50_000))
        let console = Console()
        let file = try folder.write("a", Array(packed[..<(packed.count / 2)]))
        let result = await console.run("import", file)
        #expect(result.exit == .damaged)
        #expect(result.errors.contains("cut off"))
        let count = console.store.events.count
        #expect(count > 1000)
        #expect(result.errors.contains("cannot be unpacked at line \(count + 1)"))
        try folder.write("a", packed)
        #expect(await console.run("import", file).exit == .success)
        #expect(numbers(console.store) == (0..<50_000).map { #"{"n":\#($0)}"# })
    }

    @Test func `Revisions are compared when that is asked for`() async throws {
        let text = Self.lines(0..<20).replacing(#""v":1,"#, with: #""v":2,"#, maxReplacements: 1)
        let console = Console()
        let file = try folder.write("a", text)
        let result = await console.run("import", file, "--check-revisions")
        #expect(result.exit == .refused)
        #expect(result.errors.contains("line 8, column "))
        #expect(result.errors.contains("it says revision 2, and in `s-0` it would get 1"))
        #expect(console.store.events.isEmpty)
        #expect(await console.run("import", file).exit == .success)
    }

    @Test func `Standard input is continued only under a name`() async throws {
        var console = Console()
        console.input = Array(Self.lines(0..<10).utf8)
        let nameless = await console.run("import", "-")
        #expect(nameless.exit == .success)
        #expect(nameless.errors.contains("without --source NAME this import cannot be continued"))
        #expect(console.store.state.withLock { $0.tokens.isEmpty })
        #expect(await console.run("import", "-").exit == .success)
        #expect(console.store.events.count == 20)
        _ = await console.run("import", "-", "--source", "feed")
        console.input += Array(Self.lines(10..<15).utf8)
        let again = await console.run("import", "-", "--source", "feed")
        #expect(again.lines[0] == "10 lines had been imported before")
        #expect(console.store.events.count == 35)
    }

    @Test func `Being asked to stop it stops between appends, and says how it goes on`()
        async throws
    {
        let file = try folder.write("a", Self.lines(0..<3000))
        let console = Console()
        console.interruption.request(at: 0)
        let result = await console.run("import", file)
        #expect(result.exit == .interrupted)
        #expect(result.output.contains("the same command continues behind it"))
        #expect(console.store.events.count % 1000 == 0)
        #expect(await Console(console.store).run("import", file).exit == .success)
        #expect(numbers(console.store) == (0..<3000).map { #"{"n":\#($0)}"# })
    }

    @Test(.timeLimit(.minutes(15))) func `Lines that have come are recorded while a pipe is quiet`()
        async throws
    {
        let tap = Tap()
        let console = Console(reading: tap)
        let store = console.store
        async let result = console.run("import", "-", "--source", "feed")
        tap.write(Self.lines(0..<10))
        while store.events.count < 10 { await Task.yield() }
        // The second of two lines comes in two parts.
        let more = Self.lines(10..<12)
        tap.write(String(more.dropLast(20)))
        while store.events.count < 11 { await Task.yield() }
        tap.write(String(more.suffix(20)))
        while store.events.count < 12 { await Task.yield() }
        tap.close()
        #expect(await result.exit == .success)
        #expect(numbers(store) == (0..<12).map { #"{"n":\#($0)}"# })
        #expect(await Console(store).run("import", "-", "--source", "feed").exit == .refused)
    }

    @Test(.timeLimit(.minutes(15)), arguments: [0, 10])
    func `Stopped while a pipe is quiet, it does not wait for more`(before: Int) async throws {
        let (tap, pieces) = (Tap(), Pieces(Array(Self.lines(0..<before).utf8)))
        defer { tap.close() }
        let console = Console(reading: tap)
        _ = await Console(console.store, reading: pieces).run("import", "-", "--source", "feed")
        // Less than what was imported before has to be looked at again.
        tap.write(Self.lines(0..<5))
        let (store, lines) = (console.store, before == 0 ? 5 : before)
        async let result = console.run("import", "-", "--source", "feed")
        while store.events.count < lines { await Task.yield() }
        console.interruption.request(at: 0)
        #expect(await result.exit == .interrupted)
        #expect(await result.output.contains("stopped behind line \(lines); the same command"))
        #expect(store.events.count == lines)
    }

    @Test func `What is no file is told`() async throws {
        #expect(await Console().run("import", "/no/such/file").exit == .notFound)
        let git = await Console().run("import", folder.path)
        #expect(git.exit == .notFound)
        #expect(git.errors.contains("git"))
        #expect(await Console().run("import", folder.path, "--format", "jsonl").exit == .failure)
    }
}
