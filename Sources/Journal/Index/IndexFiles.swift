internal import Daybook
internal import DaybookPlatform

/// The runs of a journal on its disk.
struct IndexFiles: Sendable {
    let disk: any Disk
    let folder: String
    let filterBytesMax: Int
    /// Nobody is to find them again: they lose their names when they are open.
    private let isScratch: Bool

    init(_ disk: any Disk, _ paths: JournalPaths, filterBytesMax: Int) {
        self.disk = disk
        folder = paths.index
        self.filterBytesMax = filterBytesMax
        isScratch = false
    }

    /// Files on an empty disk of their own, for as long as they are open.
    init(scratch disk: any Disk, filterBytesMax: Int) {
        self.disk = disk
        folder = "index"
        self.filterBytesMax = filterBytesMax
        isScratch = true
    }

    /// What was found of an index.
    struct Found {
        /// Neighbours, from the first position on, all of segments that the journal has.
        var runs: [Run] = []
        /// Files that are of no use: left of a merge, damaged, or of another life of the journal.
        var useless: [String] = []
        /// Those of them that are no whole runs, though they were once.
        var damaged: [String] = []
        /// Those of them that begin or end elsewhere than the runs and segments around them.
        var misfits: [String] = []
        /// Some are of segments that the journal did not have yet when it was looked at.
        var isAhead = false
        /// In words for a person.
        var notes: [String] {
            damaged.map { "\($0) is damaged; that part of the index is made again" }
        }

        /// Whether there is none of so many events as would have one.
        func isMissing(of events: UInt64, runEventsMin: Int) -> Bool {
            runs.isEmpty && damaged.isEmpty && misfits.isEmpty && events >= UInt64(runEventsMin)
        }

        /// The same as `notes`, and where there is no index of the events in full segments, that.
        /// - Parameter isWriting: whether the journal is opened for writing.
        func openingNotes(_ folder: JournalFolder, isWriting: Bool, runEventsMin: Int) -> [String] {
            let sealed = folder.lastSealed
            guard isMissing(of: sealed, runEventsMin: runEventsMin) else { return notes }
            let what =
                isWriting
                ? "it is made anew from them"
                : "they were read for one that lasts as long as this process; the next that "
                    + "opens the store for writing makes it anew"
            return notes + ["there was no index of the \(sealed) events in full segments; \(what)"]
        }
    }

    /// Opens the runs of the journal. Blocks. The last of them may end in a segment that goes on, where the journal was
    /// closed: whether that has so many frames is known when its end is.
    ///
    /// The index is derived: what cannot be used is left out, and made again from the events.
    func load(_ journal: JournalFolder) -> Found {
        var (found, runs) = openAll()
        runs.removeAll { run in
            switch journal.place(of: run.footer.extent) {
            case .within: return false
            case .ahead: found.isAhead = true
            case .elsewhere: found.misfits.append(run.file.path)
            case .foreign: break
            }
            found.useless.append(run.file.path)
            return true
        }
        // The largest that goes on where the one before it ended; of one that was merged the parts are left over.
        runs.sort { $0.footer.extent.end.frame > $1.footer.extent.end.frame }
        var used: [Run] = []
        while let next = runs.first(where: {
            $0.footer.extent.follows(used.last?.footer.extent)
                && (used.isEmpty || $0.footer.hash == used[0].footer.hash)
        }) {
            used.append(next)
        }
        let unused = runs.filter { run in !used.contains { $0 === run } }
        found.useless += unused.map(\.file.path)
        let end = used.last?.footer.extent
        found.misfits += unused.filter { $0.footer.extent.isMisfit(behind: end) }.map(\.file.path)
        found.runs = used
        return found
    }

    /// Opens all runs there are. One that is gone when it is to be opened was merged meanwhile: they are listed again,
    /// so that what took its place is found.
    private func openAll() -> (Found, [Run]) {
        var opened: [String: Run] = [:]
        var looks = 1
        while true {
            var found = Found()
            var isGone = false
            let names = (try? disk.list(folder)) ?? []
            for name in names where opened[name] == nil {
                let path = "\(folder)/\(name)"
                do throws(RunFailure) {
                    opened[name] = try Run.open(disk, path, filterBytesMax: filterBytesMax)
                } catch {
                    switch error {
                    case .damaged:
                        found.useless.append(path)
                        if !name.hasSuffix(Self.aside) { found.damaged.append(path) }
                    case .failed(.ENOENT): isGone = true
                    // What could not be opened now may be opened another time.
                    default: continue
                    }
                }
            }
            if !isGone || looks == WriterSign.looksMax { return (found, Array(opened.values)) }
            looks += 1
        }
    }

    static let aside = ".new"

    /// Where a run is written before it is whole.
    func aside(_ span: PositionSpan, _ randomID: UInt64) -> String {
        path(span, randomID) + Self.aside
    }

    private func path(_ span: PositionSpan, _ randomID: UInt64) -> String {
        "\(folder)/\(span.first)-\(span.last)-\(String(randomID, radix: 16))"
    }

    /// Gives a run that is whole its name, and opens it. Blocks.
    ///
    /// Whether the name is durable does not matter: without it the run is made again.
    func adopt(
        _ span: PositionSpan, _ randomID: UInt64
    ) throws(RunFailure) -> Run {
        let path = path(span, randomID)
        do throws(Errno) { try disk.rename(path + Self.aside, to: path) } catch {
            throw .unwritable(error)
        }
        do throws(RunFailure) {
            let run = try Run.open(disk, path, filterBytesMax: filterBytesMax)
            if isScratch { remove([path]) }
            return run
        } catch {
            remove([path])
            // What it stands for is still there: nothing has to be made again.
            if case .damaged = error { throw .unwritable(.EIO) }
            throw error
        }
    }

    /// Makes the folder, if it is not there.
    func makeFolder() throws(RunFailure) {
        do throws(Errno) {
            if !(try disk.exists(folder)) { try disk.createDirectory(folder) }
        } catch {
            throw .unwritable(error)
        }
    }

    /// Removes the folder, and the root of the disk above it: of a disk of its own.
    func removeFolder() { remove([folder, ""]) }

    /// Makes the names of new files durable, before those of old ones go.
    func syncNames() { try? disk.syncDirectory(folder) }

    /// Removes files; one that cannot be removed is found again at the next opening.
    func remove(_ paths: [String]) {
        for path in paths { try? disk.remove(path) }
    }
}

extension RunExtent {
    /// Whether it begins where another ends by its positions, and yet does not follow it. One without events that ends
    /// no later than the other is left of a merge.
    fileprivate func isMisfit(behind other: RunExtent?) -> Bool {
        positions.first == (other?.positions.last ?? 0) + 1
            && !(positions.isEmpty && end.frame <= other?.end.frame ?? 0)
    }
}

extension JournalFolder {
    /// Where something ends, beside the segments there are.
    fileprivate enum Place {
        /// With a segment, or in the middle of one.
        case within
        /// With a segment, and with another event than that.
        case elsewhere
        /// Behind all of them.
        case ahead
        /// In none of them.
        case foreign
    }

    fileprivate func place(of extent: RunExtent) -> Place {
        let (end, last) = (extent.end, extent.positions.last)
        if extent.journal != manifest.journal { return .foreign }
        let segment = sealed.last {
            $0.named.serial == end.serial && $0.named.randomID == end.randomID
        }
        if let segment {
            if segment.end == end { return last == segment.lastPosition ? .within : .elsewhere }
            let frames = segment.extent.firstFrame..<segment.end.frame
            let isInside =
                frames.contains(end.frame) && end.record <= segment.end.record
                && last + 1 >= segment.extent.firstPosition && last <= segment.lastPosition
            return isInside ? .within : .foreign
        }
        let isOpen = open.contains {
            $0.header.serial == end.serial && $0.header.randomID == end.randomID
        }
        if isOpen { return .within }
        return end.frame >= sealedEnd.next.frame ? .ahead : .foreign
    }
}

extension JournalFolder.Sealed {
    /// Where it ends for good.
    fileprivate var end: SegmentEnd {
        SegmentEnd(
            serial: named.serial, randomID: named.randomID,
            frame: extent.firstFrame + extent.frames - 1,
            record: extent.firstRecord + extent.records - 1)
    }
}
