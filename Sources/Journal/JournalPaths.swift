/// Where the files of a journal lie in the folder of its store.
struct JournalPaths: Sendable {
    static let lock = "LOCK"
    static let segments = "segments"
    static let journals = "journals"
    /// Lies in the folder of a store that is being made, and cannot be opened before it is whole.
    static let unfinished = "UNFINISHED"
    let name: String

    var folder: String { "\(Self.journals)/\(name)" }
    var watermark: String { "\(folder)/watermark" }
    /// The folder of the runs of the index.
    var index: String { "\(folder)/index" }
    func manifest(_ generation: UInt64) -> String { "\(folder)/manifest-\(generation)" }

    /// The file of a segment.
    static func segment(serial: UInt64, generation: UInt32) -> String {
        let digits = String(serial)
        let name = String(repeating: "0", count: max(0, 10 - digits.count)) + digits
        return "\(segments)/\(name).\(generation)"
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
