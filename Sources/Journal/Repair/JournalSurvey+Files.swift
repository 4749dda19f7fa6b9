internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

// What a survey asks of files.
extension JournalSurvey {
    /// Opens a file; nil where it is missing or no segment, or the device cannot read its header.
    func open(
        _ path: String, firstFrame: UInt64? = nil
    ) throws(StoreError) -> JournalFolder.File? {
        // A device that fails once may read it the next time: what is given up must be lost.
        for _ in 1...Self.opensMax {
            do throws(StoreError) { return try tryToOpen(path, firstFrame) } catch {
                if !error.isDamage { throw error }
            }
        }
        return nil
    }

    private static let opensMax = 2

    private func tryToOpen(
        _ path: String, _ firstFrame: UInt64?
    ) throws(StoreError) -> JournalFolder.File? {
        let found = try JournalFolder.open(disk, path, firstFrame: firstFrame, goesOn: true)
        return found.flatMap { $0 }
    }

    /// The file of a segment of which only the header is damaged.
    func standIn(
        _ path: String, _ named: Manifest.Segment
    ) throws(StoreError) -> JournalFolder.File? {
        do throws(Errno) { return try named.standIn(disk, path, manifest) } catch {
            if error == .ENOENT { return nil }
            throw .inputOutput("A segment cannot be read", path, error)
        }
    }

    /// What is wrong with the dictionary of a segment, in words.
    func dictionaryProblem(
        _ file: JournalFolder.File, _ extent: Manifest.Sealed
    ) throws(StoreError) -> String? {
        do throws(StoreError) {
            _ = try PinnedJournal.Segment(header: file.header, file: file.file, extent: extent)
                .dictionary()
            return nil
        } catch {
            if !error.isDamage { throw error }
            return error.why
        }
    }

    /// Whether the last frame in front of an offset is the seal, which has no events.
    func endsWithSeal(_ file: JournalFolder.File, _ end: Int) throws(StoreError) -> Bool {
        let start = end - FrameHeader.emptyFrameBytes
        let block: SharedBytes
        do throws(Errno) {
            block = try file.file.read(FrameHeader.emptyFrameBytes, at: start)
        } catch {
            throw .inputOutput("A segment cannot be read", file.file.path, error)
        }
        let header = FrameHeader(in: block.bytes, at: 0, segment: file.header.randomID)
        return header?.flags.contains(.seal) ?? false
    }

    /// The file of a segment that no manifest says is sealed: as it is named or, where that is gone, the copy of it that
    /// a manifest named which is lost.
    func pathOfOpen(
        _ segment: Manifest.Segment, _ names: SegmentNames
    ) throws(StoreError) -> String {
        let path = paths.segment(serial: segment.serial, generation: segment.generation)
        let there = names.paths(of: segment.serial)
        if there.contains(path) { return path }
        for copy in there {
            guard let file = try open(copy), file.header.randomID == segment.randomID,
                file.firstFrame != nil
            else { continue }
            return copy
        }
        return path
    }
}
