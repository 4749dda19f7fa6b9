/// Where the files of a journal lie in the folder of its store: all of them in a folder of its own.
struct JournalPaths: Sendable {
    /// The lock of the store.
    static let storeLock = "LOCK"
    static let journals = "journals"
    let name: String

    var folder: String { "\(Self.journals)/\(name)" }
    /// Lies in the folder of a journal that is being made, and cannot be opened before it is whole.
    var unfinished: String { "\(folder)/UNFINISHED" }
    /// Lies in the folder of a journal while it is repaired.
    var repair: String { "\(folder)/REPAIR" }
    /// The lock of the journal.
    var lock: String { "\(folder)/LOCK" }
    /// The folder of the segments.
    var segments: String { "\(folder)/segments" }
    var watermark: String { "\(folder)/watermark" }
    /// The folder of the runs of the index.
    var index: String { "\(folder)/index" }
    func manifest(_ generation: UInt64) -> String { "\(folder)/manifest-\(generation)" }

    /// The file of a segment.
    func segment(serial: UInt64, generation: UInt32) -> String {
        "\(segments)/\(Self.segmentName(serial, generation))"
    }

    /// The name of the file of a segment in its folder.
    static func segmentName(_ serial: UInt64, _ generation: UInt32) -> String {
        let digits = String(serial)
        return String(repeating: "0", count: max(0, 10 - digits.count)) + digits + ".\(generation)"
    }

    /// The generation in the name of a manifest.
    static func generation(of name: String) -> UInt64? {
        name.hasPrefix("manifest-") ? UInt64(name.dropFirst("manifest-".count)) : nil
    }

    /// Serial and generation in the name of a segment.
    static func segment(_ name: String) -> (serial: UInt64, generation: UInt32)? {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.count >= 10, let serial = UInt64(parts[0]),
            let generation = UInt32(parts[1])
        else { return nil }
        return (serial, generation)
    }
}
