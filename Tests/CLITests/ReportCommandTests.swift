import Daybook
import DaybookJSON
import Synchronization
import Testing

@testable import DaybookCLI
@testable import DaybookStore

@Suite struct ReportCommandTests {
    @Test func `Streams are a table, or a line of JSON each`() async throws {
        let console = Console(try await bank())
        #expect(
            await console.run("streams", "--category", "account").output == """
                events  revision  position  stream     state
                     3         2         5  account-1
                     1         0         2  account-2

                """)
        let json = await console.run("streams", "--prefix", "cust", "--json")
        #expect(
            json.output == #"{"stream":"customer-ada","state":"live","events":1,"firstRevision":0,"#
                + #""lastRevision":0,"lastPosition":6}"# + "\n")
        #expect(
            await console.run("streams", "--after", "account-1", "--limit", "2").lines.count == 3)
    }

    @Test func `Statistics have units and bars`() async throws {
        let console = Console(try await bank())
        let text = await console.run("stats").output
        #expect(text.contains("events         6\n"))
        #expect(text.contains("used           12.1 KiB (2,057 bytes an event)\n"))
        #expect(text.contains("events by type\n  opened     2  ████"))
        #expect(await console.run("stats", "--top", "1").output.contains("more)"))
        let json = try parsed(await console.run("stats", "--json").output)
        #expect(json["eventsByType"]?["paid"] == 2)
        #expect(json["hasWriter"] == true)
    }

    @Test(arguments: [
        ["stats"], ["verify"], ["repair"], ["backup", "there"], ["restore", "there"],
        ["export", "--exact"], ["import", "lines", "--exact"],
    ])
    func `What works on files says why a server is of no help`(words: [String]) async throws {
        var console = Console(try await bank())
        console.environment = ["DAYBOOK_URL": "daybook://127.0.0.1:2113"]
        let refused = await console.run(words)
        #expect(refused.exit == .usage, "\(refused.errors)")
        #expect(refused.errors.contains("cannot be asked of a server"))
        #expect(refused.errors.contains("DAYBOOK_URL names a server"))
        #expect(refused.errors.contains("Say `--store DIR`"))
        #expect(console.opened.last == nil)
    }

    @Test func `Where a folder is named too, it is what counts`() async throws {
        var console = Console(try await bank())
        console.environment = ["DAYBOOK_URL": "daybook://127.0.0.1:2113"]
        #expect(await console.run("stats", "--store", "/bank").exit == .success)
        console.environment["DAYBOOK_STORE"] = "/other"
        #expect(await console.run("stats").exit == .success)
        #expect(console.opened.calls.withLock { $0.map(\.path) } == ["/bank", "/other"])
    }

    @Test func `The head is a position and a checkpoint`() async throws {
        let console = Console(try await bank())
        let json = try parsed(await console.run("head", "--json").output)
        #expect(json["position"] == 6)
        #expect(json["checkpoint"]?.asString.flatMap { Checkpoint($0) }?.position == 6)
        #expect(json["journal"]?.asString == "main")
        #expect(json["journalID"]?.asString == FakeStore.journal.description)
        #expect(await console.run("head").lines[0] == "position    6")
    }

    @Test func `Opening says on a terminal how far it is, where much has to be read`() async throws
    {
        var console = Console(try await bank())
        #expect(await console.run("head").errors == "")
        console.isTerminal = true
        let said = await console.run("head").errors
        #expect(said.contains("opening [") && said.contains("25.0 % of 1,200,000 events"))
        #expect(said.hasSuffix("\u{1B}[K"), "the line is taken away")
    }

    @Test func `Verify tells of damage by its exit code too`() async throws {
        var console = Console()
        var report = VerifyReport(
            segments: 1, frames: 3, events: 6, stubs: 0, records: 1, bytes: 2048, findings: [],
            notes: ["cut"]
        )
        console.report = report
        let well = await console.run("verify")
        #expect(well.exit == .success)
        #expect(
            well.output == "note: cut\nall is well: 6 events and 1 system record in 3 frames of "
                + "1 segment, 2.0 KiB\n")
        report.findings = [
            .init(what: "a checksum differs", place: "000001.seg at 4096", position: 5)
        ]
        console.report = report
        let bad = await console.run("verify")
        #expect(bad.exit == .damaged)
        #expect(
            bad.output.contains(
                "damage: a checksum differs\n  at 000001.seg at 4096, from position 5 on"))
        let json = await console.run("verify", "--json")
        #expect(json.exit == .damaged)
        #expect(try parsed(json.output)["findings"]?[0]?["position"] == 5)
        #expect(try parsed(json.output)["findings"]?[0]?["harmless"] == false)
        #expect(bad.output.contains("What is damaged is never served."))
        #expect(try parsed(json.output)["findings"]?[0]?["lastPosition"] == .null)
        report.findings[0].lastPosition = 5
        report.findings.append(
            .init(what: "so does another", place: "000002.seg", position: 7, lastPosition: 9))
        report.findingsUntold = 12
        console.report = report
        let several = await console.run("verify").output
        #expect(several.contains("at 4096, position 5\n"))
        #expect(several.contains("at 000002.seg, positions 7 to 9\nand 12 more findings"))
        #expect(several.contains("14 findings."))
        #expect(several.contains("also to append to, as long as the index is there."))
        report.refusesWriters = true
        console.report = report
        #expect(await console.run("verify").output.contains("Nothing can be appended until"))
        let untold = try parsed(await console.run("verify", "--json").output)
        #expect(untold["refusesWriters"] == true)
        #expect(untold["findingsUntold"] == 12)
        #expect(untold["findings"]?[1]?["lastPosition"] == 9)
        report.findings.removeLast()
        report.findingsUntold = 0
        report.findings[0].isHarmless = true
        console.report = report
        let harmless = await console.run("verify")
        #expect(harmless.exit == .damaged)
        #expect(harmless.output.hasSuffix("1 finding. No event is touched, and nothing is lost.\n"))
    }

    @Test func `What opening found is said, but not among JSON`() async throws {
        let console = Console(FakeStore(notes: ["an unclean stop: 12 bytes cut off"]))
        #expect(await console.run("head").errors == "note: an unclean stop: 12 bytes cut off\n")
        #expect(await console.run("head", "--json").errors.isEmpty)
    }

    @Test func `On a terminal progress is drawn and taken away`() async throws {
        var console = Console()
        console.isTerminal = true
        console.report = VerifyReport(
            segments: 0, frames: 0, events: 0, stubs: 0, records: 0, bytes: 0, findings: [],
            notes: [])
        let errors = await console.run("verify").errors
        #expect(errors.contains("verify [████████████            ]  50.0 % of 100 bytes"))
        #expect(errors.hasSuffix("\r\u{1B}[K"))
    }
}
