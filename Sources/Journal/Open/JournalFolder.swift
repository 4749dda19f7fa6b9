internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

/// What lies in the folder of a journal: its manifest, and the files of its segments.
struct JournalFolder {
    /// A segment file whose header was read.
    struct File {
        var header: SegmentHeader
        var file: OpenFile
        /// Frames lie before it: the end of the file, or where a dictionary follows them.
        var byteCount: Int
        /// The number of the first frame, nil where there is none.
        var firstFrame: UInt64?
    }

    /// A segment that the manifest says is sealed. What that says suffices until it is read: a journal is opened without
    /// its files being opened.
    struct Sealed {
        var journal: EventID
        var named: Manifest.Segment
        var extent: Manifest.Sealed
        var path: String
        /// A file beside it tells where its events begin.
        var hasOffsets: Bool
    }

    /// Whether the files of sealed segments are opened, each of them, and held open.
    enum SealedFiles {
        case unopened
        case opened
        /// Of all segments, what is missing or damaged is told, and the rest opened.
        case openedWherePossible
    }

    var manifest: Manifest
    /// Segments that the manifest says are sealed, in order.
    var sealed: [Sealed] = []
    /// The same, opened, where that was asked for.
    var sealedFiles: [(file: File, extent: Manifest.Sealed)] = []
    /// By their number in `sealed`, why those that are missing among the files cannot be used, where that was asked for.
    var unusable: [Int: StoreError] = [:]
    /// Segments that may have got frames since, by serial number.
    var open: [File] = []
    /// What is wrong with those, and files that no manifest names, where that was asked for.
    var flawsOfOpen: [StoreError] = []
    /// Files without frames that no manifest names.
    var leftovers: [String] = []
    var hasLeftovers: Bool { !leftovers.isEmpty || !superseded.isEmpty }
    /// Files with frames that no manifest names, and that are not taken in: a crash left them, and what counts of them was
    /// copied into a segment that is named.
    var superseded: [String] = []
    /// Files of other generations of segments that are named, which a compaction left.
    var replaced: [String] = []
    /// Files beside segments that were not written to their end.
    var unfinished: [String] = []
    /// What is named is not all that is there, or not what is used: a manifest has to say so before files go.
    var needsManifest: Bool {
        !replaced.isEmpty || usesOtherGeneration || !damagedManifests.isEmpty
    }
    /// Of some segment, another generation than the one that is named is used.
    var usesOtherGeneration = false
    /// No manifest is lost: what the one that was read does not name was never in use.
    var hasAllManifests = false
    /// Manifests that cannot be read: the next one that is written takes their place.
    var damagedManifests: [String] = []
    /// The highest serial number of any file.
    var lastSerial: UInt64 = 0
    var notes: [String] = []
    /// The same with what is damaged, for whoever opens the journal.
    var openingNotes: [String] {
        damagedManifests.map {
            "\($0) is damaged; the other manifest and the segments themselves served instead"
        } + notes
    }
    /// The same with what lies beside the journal, for whoever looks at it without opening it.
    var lookingNotes: [String] {
        guard let first = superseded.first else { return notes }
        let (left, them) = superseded.count == 1 ? ("file is", "it") : ("files are", "them")
        return notes + [
            "\(superseded.count) \(left) left of a crash and no part of the journal, which has what "
                + "counts of \(them): \(first)\(superseded.count == 1 ? "" : " and others"); a process "
                + "that opens the store for writing removes what holds nothing else"
        ]
    }
    /// Segments without an extent that an older manifest names and that are not there.
    var missing: [String] = []
    /// Nothing was ever recorded: there is no manifest, and no file holds more than a header. What a crash
    /// leaves of the making of a journal.
    var isBlank = false

    /// The last position that the manifest says to be in a sealed segment; 0 where it says so of none.
    var lastSealed: Position {
        sealed.last?.lastPosition ?? 0
    }

    /// Before the segment with the first of the last `count` positions of those that are sealed.
    func beginning(ofLast count: Int) -> Position {
        let position = lastSealed - min(lastSealed, Position(count))
        let segment = sealed.last { $0.extent.firstPosition <= position + 1 }
        return segment.map { $0.extent.firstPosition - 1 } ?? 0
    }
}

extension JournalFolder {
    /// Refuses a journal of which something is compressed where there is nothing to expand it by.
    /// - Throws: `needsCompression`.
    func checkReadable(with codec: (any RecordCodec)?) throws(StoreError) {
        if codec != nil { return }
        let sealed = sealed.first { $0.named.isCompressed }?.path
        let compressed = sealed ?? open.first { $0.header.dictionary != nil }?.file.path
        if let compressed { throw .needsCompression(compressed) }
    }

    /// Refuses sealed segments that do not follow one another.
    /// - Throws: `corrupt`.
    func checkDense() throws(StoreError) {
        var next = JournalEnd.start
        for segment in sealed {
            try segment.extent.checkFollows(next, segment.path)
            next.frame += segment.extent.frames
            next.position += segment.extent.events
        }
    }

    /// The segments behind one, opened.
    func files(behind serial: UInt64, _ disk: any Disk) throws(StoreError) -> [File] {
        var files: [File] = []
        for segment in sealed where segment.named.serial > serial {
            files.append(try segment.open(disk))
        }
        return files + open
    }
}

extension JournalFolder.Sealed {
    /// The last position of its events.
    var lastPosition: Position { extent.firstPosition + extent.events - 1 }

    /// Whether it is another generation of the same segment.
    func isCopy(of other: JournalFolder.Sealed) -> Bool {
        named.serial == other.named.serial && named.randomID == other.named.randomID
            && named.generation != other.named.generation
    }

    /// Opens its file and reads the header.
    /// - Throws: `corrupt`, `newerFormat`, `inputOutput`.
    func open(_ disk: any Disk) throws(StoreError) -> JournalFolder.File {
        let found = try JournalFolder.open(disk, path, firstFrame: extent.firstFrame)
        guard let found else { throw .missing(path, position: extent.firstPosition) }
        return try named.checked(found, journal, path)
    }
}

extension Manifest.Sealed {
    /// Refuses what does not begin with what comes next.
    func checkFollows(_ next: JournalEnd, _ path: String) throws(StoreError) {
        if firstFrame == next.frame && firstPosition == next.position { return }
        throw .corrupt(
            path, offset: 0, position: next.position,
            "frame \(next.frame) should follow, and the segment begins with \(firstFrame)")
    }
}
