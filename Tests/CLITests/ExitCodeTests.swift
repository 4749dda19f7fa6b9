import Daybook
import DaybookJSON
import Testing

@testable import DaybookCLI

@Suite struct ExitCodeTests {
    @Test(arguments: [
        (StoreError.Code.wrongRevision, ExitCode.refused), (.conflict, .refused),
        (.wrongToken, .refused),
        (.invalid, .refused), (.tooLarge, .refused), (.corrupt, .damaged),
        (.streamNotFound, .notFound),
        (.notFound, .notFound), (.locked, .locked), (.diskFull, .failure), (.poisoned, .failure),
        (.outcomeUnknown, .failure), (.newerFormat, .failure), (.inputOutput, .failure),
    ])
    func `Failures of the store have their exit codes`(code: StoreError.Code, exit: ExitCode) {
        #expect(ExitCode(code) == exit)
    }

    @Test func `An error says what, why, where and what to do`() {
        var failure = Failure(
            .damaged, "corrupt", "an event cannot be read", why: "its checksum differs",
            remedy: "Restore it.", place: "a.seg")
        failure.position = 7
        #expect(
            FailureReport.lines(failure, .plain) == [
                "daybook: an event cannot be read", "  why:    its checksum differs",
                "  place:  a.seg", "  at:     position 7", "  try:    Restore it.",
            ])
    }

    @Test func `Usage errors are JSON too where JSON was asked for`() async throws {
        let result = await Console().run("read", "--json", "--alll")
        #expect(result.exit == .usage)
        #expect(try parsed(result.errors)["error"]?["code"] == "usage")
    }
}
