package import Daybook

extension Verifier {
    /// Something that is not as it has to be.
    package struct Finding: Hashable, Sendable {
        package var what: String
        package var place: String
        /// The first position that cannot be served because of it, and the last one where that is known.
        package var position: Position?
        package var lastPosition: Position?
        /// No event is touched, and opening the journal for writing puts it right, or what then meets it.
        package var isHarmless = false
    }

    /// What was looked at, and what was found.
    package struct Report: Hashable, Sendable {
        /// So much damage is told of a journal, and the rest counted. What is harmless is told in any case: no file has
        /// more than one such finding.
        package static let damagesMax = 1_000

        package var segments = 0
        /// Of those, the ones with compressed records.
        package var compressed = 0
        package var frames: UInt64 = 0
        package var events: UInt64 = 0
        /// Events of which a compaction removed data and metadata.
        package var stubs: UInt64 = 0
        package var records: UInt64 = 0
        package var bytes = 0
        package private(set) var findings: [Finding] = []
        /// Damage that was found beyond what is told.
        package private(set) var findingsUntold = 0
        package var notes: [String] = []
        /// Findings that are not harmless, told or not.
        private(set) var damageCount = 0
        /// Nobody can open the journal for writing as it is: something that is damaged is needed for that.
        package var refusesWriters = false

        mutating func add(_ finding: Finding) {
            if !finding.isHarmless {
                damageCount += 1
                if damageCount > Self.damagesMax {
                    findingsUntold += 1
                    return
                }
            }
            findings.append(finding)
        }
    }
}

extension Verifier.Report {
    /// Counts the frames that were taken in.
    mutating func take(_ order: FrameOrder) {
        (frames, events) = (order.frames, order.events)
        (stubs, records) = (order.stubs, order.records)
    }
}

extension Verifier.Finding {
    /// Whether a position cannot be served because of it.
    func touches(_ position: Position) -> Bool {
        guard !isHarmless, let first = self.position else { return false }
        return first <= position && position <= lastPosition ?? .max
    }
}

extension Verifier.Finding {
    /// Damage as it is told to whoever asks for events.
    init(_ error: StoreError) {
        var place = error.place ?? ""
        // It has a field of its own.
        let said = error.position.map { ", position \($0)" } ?? ""
        if place.hasSuffix(said) { place.removeLast(said.count) }
        self.init(what: error.why, place: place, position: error.position)
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
