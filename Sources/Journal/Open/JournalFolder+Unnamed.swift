internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

// Files of segments that no manifest names.

extension JournalFolder {
    /// A segment no manifest names: with frames it was in use, and its manifest is lost or, where later ones are named,
    /// names it no more; without, it was only being prepared.
    /// - Parameter paths: its generations, the latest first. Each that has a header is whole.
    mutating func readUnnamed(
        _ disk: any Disk, _ paths: [String], isLater: Bool, goesOn: Bool
    ) throws(StoreError) {
        var isTaken = false
        for path in paths {
            if isTaken {
                replaced.append(path)
                continue
            }
            guard let file = try Self.open(disk, path, goesOn: goesOn) else { continue }
            if isLater, let file, file.firstFrame != nil,
                manifest.generation == 0 || file.header.journal == manifest.journal
            {
                try take(file, goesOn: goesOn)
                isTaken = true
                notes.append(
                    "\(path) holds frames, but no manifest that can be read names it; it was taken in"
                )
            } else if file?.firstFrame == nil {
                leftovers.append(path)
            } else {
                superseded.append(path)
            }
        }
    }

    func leftoversAreEmpty(_ disk: any Disk) throws(StoreError) -> Bool {
        for path in leftovers {
            do throws(Errno) {
                let file = try OpenFile(disk, path, .read)
                let size = try file.size()
                if !(try FrameScanner.isZero(file, from: SegmentHeader.byteCount, to: size)) {
                    return false
                }
            } catch {
                throw .inputOutput("A segment cannot be read", path, error)
            }
        }
        return true
    }
}
