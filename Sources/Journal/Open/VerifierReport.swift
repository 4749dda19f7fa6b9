package import Daybook

extension Verifier {
    /// Something that is not as it has to be.
    package struct Finding: Hashable, Sendable {
        package var what: String
        package var place: String
        package var position: Position?
        /// No event is touched, and opening the journal for writing puts it right, or what then meets it.
        package var isHarmless = false
    }

    /// What was looked at, and what was found.
    package struct Report: Hashable, Sendable {
        package var segments = 0
        /// Of those, the ones with compressed records.
        package var compressed = 0
        package var frames: UInt64 = 0
        package var events: UInt64 = 0
        /// Events of which a compaction removed data and metadata.
        package var stubs: UInt64 = 0
        package var records: UInt64 = 0
        package var bytes = 0
        package var findings: [Finding] = []
        package var notes: [String] = []
    }
}

extension Verifier.Finding {
    /// Something is wrong with a file that tells nothing but what the events say.
    static func derived(_ why: String, _ path: String, offset: Int? = nil) -> Verifier.Finding {
        Verifier.Finding(
            what:
                "a file of the index is damaged (\(why)); no event is touched, and a process that "
                + "writes makes the file again where it meets the damage; `daybook repair` has it "
                + "made again by the next opening",
            place: path + (offset.map { ", offset \($0)" } ?? ""), isHarmless: true)
    }

    /// One of the two manifests that are kept cannot be read.
    static func manifest(_ path: String) -> Verifier.Finding {
        Verifier.Finding(
            what:
                "the manifest is damaged; the other one and the segments themselves serve instead, "
                + "and a process that opens the store for writing writes a new one", place: path,
            isHarmless: true)
    }
}
