import Daybook
import DaybookJSON
import DaybookPlatform
import DaybookStore
import Testing

@testable import DaybookCLI

@Suite struct AppendCommandTests {
    static let id = "00000000-0000-4000-8000-000000000001"

    @Test func `It prints stream, revision and position`() async throws {
        let console = Console(try await bank())
        let result = await console.run("append", "account-1", "--type", "paid")
        #expect(result.output == "account-1 revision 3, position 7: recorded\n")
        #expect(console.store.events.last?.text == "{}")
        #expect(console.opened.last?.mode == .createIfMissing)
    }

    @Test func `All that an event has can be given`() async throws {
        let folder = Folder()
        let file = try folder.write("data.json", "{\n  \"a\": 1\n}")
        let console = Console()
        let result = await console.run(
            "append", "s-1", "--type", "t", "--data", "@" + file, "--id", Self.id, "--tag", "a:1",
            "--tag", "b:2", "--metadata", #"{"by":"Ada"}"#, "--causation", "c", "--correlation",
            "d",
            "--occurred-at", "1999-12-31", "--expect", "none", "--json")
        #expect(result.exit == .success, "\(result.errors)")
        #expect(
            result.output == #"{"stream":"s-1","revision":0,"position":1,"id":"\#(Self.id)","#
                + #""duplicate":false}"# + "\n")
        let event = try #require(console.store.events.first?.event)
        #expect(
            event
                == Event(
                    id: EventID(Self.id)!, type: "t", data: Array("{\n  \"a\": 1\n}".utf8),
                    metadata: Array(#"{"by":"Ada"}"#.utf8), tags: ["a:1", "b:2"], causation: "c",
                    correlation: "d", occurredAt: Timestamp("1999-12-31")))
    }

    @Test func `Data comes from standard input, of any kind when it is said`() async throws {
        var console = Console()
        console.input = [0, 1, 255]
        let result = await console.run(
            "append", "s", "--type", "t", "--data", "-", "--content-type", "image/png")
        #expect(result.exit == .success)
        #expect(console.store.events.first?.data == [0, 1, 255])
        #expect(console.store.events.first?.contentType == "image/png")
    }

    @Test func `Standard input that cannot be read is named`() async {
        struct Broken: ByteSource {
            func next() throws(Errno) -> [UInt8] { throw .EIO }
            func isReady(withinMilliseconds limit: Int) -> Bool { true }
        }
        let console = Console(reading: Broken())
        for words in [["append", "s", "--type", "t", "--data", "-"], ["import", "-"]] {
            let result = await console.run(words)
            #expect(result.exit == .failure)
            #expect(result.errors.contains("`standard input` cannot be read"))
            #expect(result.errors.contains("Input/output error"))
        }
    }

    @Test func `The same id again says so`() async throws {
        let console = Console()
        let words = ["append", "s", "--type", "t", "--id", Self.id]
        _ = await console.run(words)
        let again = await console.run(words)
        #expect(again.exit == .success)
        #expect(again.output == "s revision 0, position 1: was recorded before\n")
        #expect(console.store.events.count == 1)
    }

    @Test(arguments: [
        (["--type", "t", "--data", "{"], ExitCode.refused),
        (["--type", "t", "--metadata", "x"], .refused),
        (["--type", "t", "--data", "@/no/such"], .notFound),
        (["--type", "t", "--id", "7"], .usage),
        (["--type", "t", "--expect", "some"], .usage), ([], .usage),
        (["--type", "t", "--occurred-at", "never"], .usage),
        (["--type", "t", "--data", "-", "--metadata", "-"], .usage),
    ])
    func `What cannot be recorded is refused before the store is opened`(
        words: [String], exit: ExitCode
    ) async {
        let console = Console()
        let result = await console.run(["append", "s"] + words)
        #expect(result.exit == exit)
        #expect(console.opened.last == nil)
    }

    @Test(arguments: [
        ("none", ExitCode.refused), ("2", .success), ("1", .refused), ("exists", .success),
    ])
    func `An expectation that fails has its exit code and tells how the stream is`(
        expectation: String, exit: ExitCode
    ) async throws {
        let console = Console(try await bank())
        let result = await console.run(
            "append", "account-1", "--type", "t", "--expect", expectation, "--json")
        #expect(result.exit == exit)
        if exit == .refused {
            let error = try parsed(result.errors)["error"]
            #expect(error?["code"]?.asString == "wrongRevision")
            #expect(error?["actual"]?.asString == "its last revision is 2")
        }
    }

    @Test func `Deleting says where`() async throws {
        let console = Console(try await bank())
        #expect(
            await console.run("delete", "account-1").output == "account-1 deleted, position 6\n")
        #expect(await console.run("delete", "account-1").exit == .notFound)
        #expect(console.opened.last?.mode == .existing)
        let grave = await console.run("delete", "account-2", "--tombstone", "--json")
        #expect(grave.output == #"{"stream":"account-2","position":6,"tombstone":true}"# + "\n")
    }
}
