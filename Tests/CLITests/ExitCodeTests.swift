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
        (.outcomeUnknown, .failure), (.newerFormat, .failure), (.olderFormat, .failure),
        (.inputOutput, .failure),
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

    @Test func `A file of the store is named with the folder, a stream without`() {
        func place(_ code: StoreError.Code, _ place: String, in folder: String) -> String? {
            let error = StoreError(code, "what", why: "why", remedy: "remedy", place: place)
            return Failure(error).inStore(at: folder).placeText
        }
        #expect(place(.corrupt, "segments/1, offset 9", in: "/a/b") == "/a/b/segments/1, offset 9")
        #expect(place(.diskFull, "LOCK", in: "/a/") == "/a/LOCK")
        #expect(place(.inputOutput, "/a/b", in: "/a/b") == "/a/b")
        #expect(place(.wrongRevision, "stream 's'", in: "/a/b") == "stream 's'")
    }

    @Test func `Usage errors are JSON too where JSON was asked for`() async throws {
        let result = await Console().run("read", "--json", "--alll")
        #expect(result.exit == .usage)
        #expect(try parsed(result.errors)["error"]?["code"] == "usage")
    }
}
