internal import Daybook
internal import DaybookPlatform

/// The files of segments that a journal has, by their names.
struct SegmentNames {
    /// By serial number, the generations there are.
    private(set) var bySerial: [UInt64: [UInt32]] = [:]
    /// By serial number, the generations of which a file tells the offsets.
    private var offsets: [UInt64: [UInt32]] = [:]
    /// Files beside segments that were not written to their end.
    private(set) var unfinished: [String] = []
    let paths: JournalPaths

    init(_ disk: any Disk, _ paths: JournalPaths) throws(StoreError) {
        self.paths = paths
        let suffix = OffsetFile.path(of: "")
        do throws(Errno) {
            for name in try disk.list(paths.segments) {
                if let (serial, generation) = JournalPaths.segment(name) {
                    bySerial[serial, default: []].append(generation)
                } else if name.hasSuffix(suffix),
                    let (serial, generation) = JournalPaths.segment(
                        String(name.dropLast(suffix.utf8.count)))
                {
                    offsets[serial, default: []].append(generation)
                } else if name.hasSuffix(DerivedFile.aside) {
                    unfinished.append("\(paths.segments)/\(name)")
                }
            }
        } catch {
            if error == .ENOENT { return }
            throw .inputOutput(
                "The folder of the segments cannot be read", paths.segments, error)
        }
    }

    func has(_ serial: UInt64, _ generation: UInt32) -> Bool {
        bySerial[serial]?.contains(generation) ?? false
    }

    /// Whether a file tells where the events of a segment lie.
    func hasOffsets(_ serial: UInt64, _ generation: UInt32) -> Bool {
        offsets[serial]?.contains(generation) ?? false
    }

    /// The generations of a segment, the latest first.
    func paths(of serial: UInt64) -> [String] {
        (bySerial[serial] ?? []).sorted(by: >).map {
            self.paths.segment(serial: serial, generation: $0)
        }
    }

    /// Files of a segment that belong to other generations of it; to any where none is named.
    func others(of serial: UInt64, than generation: UInt32?) -> [String] {
        func paths(_ generations: [UInt32]?) -> [String] {
            (generations ?? []).filter { $0 != generation }.sorted().map {
                self.paths.segment(serial: serial, generation: $0)
            }
        }
        return paths(bySerial[serial]) + paths(offsets[serial]).map(OffsetFile.path)
    }

    /// The files that a manifest does not name, up to the last segment that it names: what is behind that may be in
    /// use, or being prepared.
    func unused(by manifest: Manifest) -> [String] {
        let named = Dictionary(
            uniqueKeysWithValues: manifest.segments.map { ($0.serial, $0.generation) })
        let serials = Set(bySerial.keys).union(offsets.keys).sorted()
        return serials.filter { $0 <= named.keys.max() ?? 0 }
            .flatMap { others(of: $0, than: named[$0]) }
    }

    /// A generation of a segment of which there was no file yet.
    func nextGeneration(of serial: UInt64) -> UInt32 {
        max(bySerial[serial]?.max() ?? 0, offsets[serial]?.max() ?? 0) + 1
    }
}
