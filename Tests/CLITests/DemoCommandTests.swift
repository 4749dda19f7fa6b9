import DaybookJSON
import Foundation
import Testing

@testable import DaybookCLI

@Suite struct DemoCommandTests {
    let place: Workplace

    init() throws { place = try Workplace() }

    private func run(_ words: String...) async -> Console.Result {
        var console = Console()
        console.stores = EmbeddedStores()
        return await console.run(["demo"] + words)
    }

    /// Two transactions on an account, the second with a balance of so much.
    private func history(_ balance: Int) throws -> String {
        try place.write(
            "bank-\(balance).jsonl",
            #"""
            {"stream":"account-1","type":"account-opened","data":{"district":1,"statement":"POPLATEK MESICNE"}}
            {"stream":"account-1","type":"cash-deposited","data":{"signed_amount":900,"rounding":0,"balance_after":900}}
            {"stream":"account-1","type":"cash-withdrawn","data":{"signed_amount":-950,"rounding":0,"balance_after":\#(balance)}}

            """#)
    }

    @Test func `All are listed`() async throws {
        let result = await run()
        #expect(result.exit == .success)
        for name in ["git"] + Demo.all.map(\.name) {
            #expect(result.lines.contains { $0.hasPrefix(name + " ") })
        }
        let json = try parsed(await run("--json").lines[0])
        #expect(json["demo"] == "git" && json["history"] == .null)
    }

    @Test(arguments: Demo.all.map(\.name))
    func `Each tells a story, again and again, in a journal of its own`(name: String) async throws {
        let first = await run(name, "--store", place.store)
        #expect(first.exit == .success, "\(first.errors)")
        #expect(first.lines.count > 8)
        #expect(
            first.errors == "note: it is all there: daybook read --all --store \(place.store) "
                + "--journal demo-\(name)\n")
        let second = await run(name, "--store", place.store)
        #expect(second.exit == .success, "\(second.errors)")
        #expect(second.lines.count == first.lines.count)
        var console = Console()
        console.stores = EmbeddedStores()
        let journals = try await console.run("journals", "--store", place.store, "--json").lines
            .map { try parsed($0)["journal"] }
        #expect(journals == [.string("demo-\(name)")])
    }

    @Test func `Without a store nothing stays`() async throws {
        let result = await run("button")
        #expect(result.exit == .success, "\(result.errors)")
        #expect(result.errors == "note: nothing of it is kept; with --store DIR it is\n")
        #expect(await run("button", "--json").output == #"{"demo":"button"}"# + "\n")
    }

    @Test func `A history is decided again`() async throws {
        let file = try history(-50)
        let result = await run("bank", file)
        #expect(result.exit == .success, "\(result.errors)")
        #expect(result.lines.last?.hasPrefix("all is well: ") == true)
        #expect(result.output.contains("1 accounts were overdrawn"))
        let json = try parsed(await run("bank", file, "--json", "--store", place.store).output)
        #expect(json["demo"] == "bank" && json["differing"] == 0)
        let again = await run("bank", file, "--store", place.store)
        #expect(again.exit == .refused)
        #expect(again.errors.contains("`daybook demo bank` cannot go on"))
        #expect(again.errors.contains("Take an empty store"))
    }

    @Test func `What is not as the history says is told`() async throws {
        let result = await run("bank", try history(-49))
        #expect(result.exit == .damaged)
        #expect(result.output.contains("different: "))
        #expect(!result.output.contains("all is well"))
    }

    @Test func `A number that nobody ever booked is told`() async throws {
        for balance in [Int.max, Int.min, 1_000_000_000_001] {
            let result = await run("bank", try history(balance))
            #expect(result.exit == .failure, "\(result.errors)")
            #expect(result.errors.contains("is more than anybody ever booked"))
        }
        let invoice = try place.write(
            "invoice.jsonl",
            #"""
            {"stream":"invoice-1","type":"item-sold","data":{"quantity":4611686018427387904,"unit_price_mills":3,"country":"Spain"}}

            """#)
        let result = await run("cart", invoice)
        #expect(result.errors.contains("is more than anybody ever booked"), "\(result.errors)")
    }

    @Test func `What it cannot be asked for is refused`() async throws {
        #expect(await run("bnk").errors.contains("Did you mean `bank`?"))
        #expect(await run("button", "file").errors.contains("takes no file"))
        #expect(await run("bank", "--source", "x").exit == .usage)
        #expect(await run("bank", "--journal", "x").exit == .usage)
        #expect(await run("bank", place.path + "/none.jsonl").exit == .notFound)
        let other = try place.write("other.jsonl", #"{"stream":"a","type":"t","data":{}}"#)
        let wrong = await run("bank", other)
        #expect(wrong.exit != .success)
        #expect(!wrong.errors.contains("without a description of its own"), "\(wrong.errors)")
    }
}
