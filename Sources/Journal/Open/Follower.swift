internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform
internal import Synchronization

/// Reads a journal beside whoever writes it: as far as the watermark file says while the writer holds the lock,
/// else up to the last frame that a later one says to be durable.
final class Follower: Sendable {
    fileprivate struct State: ~Copyable {
        var feeder: Feeder
        /// The segment being read, and the place in it.
        var current: (file: JournalFolder.File, segment: Segment, offset: Int)?
        /// The serial number of the last segment that was read to its end.
        var serial: UInt64 = 0
        /// Parts of the index that were in memory when runs were last looked for.
        var partsWaiting = 0
        /// What the watermark file said when all that a writer left was last taken in.
        var lastSaid: WatermarkFile.Content?
        /// The manifest that was looked at last, and who wrote beside it.
        var looked: (generation: UInt64?, writer: UInt64?) = (nil, nil)
    }

    /// Whose it is: what has another epoch tells of another history.
    private let identity: (journal: EventID, epoch: UInt64)
    private let disk: any Disk
    private let paths: JournalPaths
    private let files: IndexFiles
    private let scratch: ScratchIndex
    private let opening: JournalEnvironment.OpeningProgress?
    private let state: Mutex<State>
    private let polling = Monitor(false)
    private let thread = Mutex<Thread?>(nil)

    init(
        disk: any Disk, paths: JournalPaths, of manifest: Manifest, files: IndexFiles,
        feeder: consuming sending Feeder, scratch: ScratchIndex,
        opening: JournalEnvironment.OpeningProgress? = nil
    ) {
        identity = (manifest.journal, manifest.epoch)
        self.disk = disk
        self.paths = paths
        self.files = files
        self.scratch = scratch
        self.opening = opening
        state = Mutex(State(feeder: feeder))
    }

    /// Takes in what can be read now.
    ///
    /// - Parameter writer: what was seen before the folder was read: what it said then lies in what was found.
    /// - Returns: what is there and not shown for want of a watermark, in words.
    func begin(_ folder: JournalFolder, _ writer: WriterSign) throws(StoreError) -> [String] {
        let end = Result { () throws(StoreError) in try folder.durableEnd(writer) }
        // As far as is known.
        let (sealedEnd, lastFrame) = (folder.sealedEnd.next.frame - 1, (try? end.get())?.frame ?? 0)
        try state.withLock { state throws(StoreError) in
            // A run that ends in a segment that goes on may be ahead of what can be read.
            _ = state.feeder.view.index.leaveOut { $0.end.frame > max(sealedEnd, lastFrame) }
            state.looked = (folder.manifest.generation, writer.said?.writer)
            for sealed in folder.sealed {
                let extent = sealed.extent
                state.serial = sealed.named.serial
                let isLast = sealed.lastPosition == folder.lastSealed
                if state.feeder.pass(sealed, isLast: isLast) { continue }
                let (file, end) = try open(sealed, state.feeder.view)
                let segment = state.feeder.begin(file.header, file.file)
                do throws(StoreError) {
                    try state.feeder.take(segment, to: end, isSealed: true)
                } catch {
                    // What lies before the damage is served; whoever reads up to it hears of it.
                    state.feeder.publish()
                    state.feeder.view.damage = error.whileOpening(Recovery.needsIndex)
                    return
                }
                _ = segment.useStoredOffsets()
                segment.lapse()
                scratch.makeRoom()
                opening?(extent.firstPosition + extent.events - 1, folder.lastSealed)
            }
            state.feeder.publish()
        }
        if state.withLock({ $0.feeder.view.damage }) != nil { return [] }
        let last = try end.get()
        try state.withLock { state throws(StoreError) in
            try state.follow(upTo: last.frame) { folder.open }
            // All that it left is taken in.
            if !writer.isThere { state.lastSaid = writer.said }
        }
        return writer.note(ofHidden: last.hidden, paths.watermark).map { [$0] } ?? []
    }

    /// Opens a sealed segment, and says where its frames end: of the copy that has taken its place since the folder was
    /// read, where there is one.
    private func open(
        _ sealed: JournalFolder.Sealed, _ view: JournalView
    ) throws(StoreError) -> (JournalFolder.File, end: Int) {
        do throws(StoreError) { return (try sealed.open(disk), sealed.extent.end) } catch {
            let now = try readFolder(view)?.sealed.first { $0.isCopy(of: sealed) }
            guard let now else { throw error }
            return (try now.open(disk), now.extent.end)
        }
    }

    /// Looks for news until `stop`.
    func start(pollNanoseconds: Int64) throws(Errno) {
        let started = try Thread(name: "daybook-follow") { [weak self] in
            while let self {
                let stops = self.polling.wait(
                    timeoutNanoseconds: pollNanoseconds, until: { $0 }, then: { stops, _ in stops })
                if stops { return }
                self.refresh()
            }
        }
        thread.withLock { $0 = started }
    }

    func stop() {
        polling.withLock { $0 = true }
        polling.broadcast()
        thread.withLock { $0 }?.join()
        scratch.close()
    }

    /// Whether a process holds the lock of the journal.
    var isBesideWriter: Bool { JournalLock.isHeld(disk, paths) }

    /// Takes in what a writer made durable since.
    func refresh() {
        let writer = WriterSign(disk, paths)
        do throws(StoreError) { try lookAtManifest(writer) } catch {
            // It is told to whoever reads on; what cannot be read now is looked at again.
            return
        }
        takeInFrames(writer)
        takeInRuns()
        makeRoom()
    }

    /// Leaves to a disk of its own what the writer has not written, where that is too much for memory.
    private func makeRoom() {
        scratch.makeRoom()
        state.withLock { state in
            let waiting = state.feeder.view.index.partsInMemory
            state.partsWaiting = min(state.partsWaiting, waiting)
        }
    }

    /// Looks at the folder where its manifest is another one than before, or another process writes. Segments that were
    /// replaced by copies are read from these.
    /// - Parameter isNeeded: whether it is looked at in any case.
    /// - Throws: `wrongCheckpoint` where the folder holds another history, which ends what can be read.
    func lookAtManifest(_ writer: WriterSign, isNeeded: Bool = false) throws(StoreError) {
        try state.withLock { state throws(StoreError) in
            let newest = ManifestFiles(disk: disk, paths: paths).newest()
            if !isNeeded && newest == state.looked.generation
                && writer.said?.writer == state.looked.writer
            {
                return
            }
            guard let folder = try readFolder(state.feeder.view) else { return }
            state.looked = (newest, writer.said?.writer)
            state.feeder.view.replace(folder.sealed)
        }
    }

    /// Reads the folder, which has to hold the history that is read.
    private func readFolder(_ view: JournalView) throws(StoreError) -> JournalFolder? {
        guard let folder = try JournalFolder.read(disk, paths) else { return nil }
        let found = folder.manifest
        if found.journal == identity.journal && found.epoch == identity.epoch { return folder }
        let error = StoreError.replaced(paths.folder, isOther: found.journal != identity.journal)
        view.damage = error
        view.watermark.alarm()
        throw error
    }

    /// Leaves to the disk what the writer has written of the index since, so that memory does not grow with what
    /// is followed.
    private func takeInRuns() {
        state.withLock { state in
            let index = state.feeder.view.index
            let waiting = index.partsInMemory
            if waiting <= state.partsWaiting { return }
            state.partsWaiting = waiting
            guard let folder = try? readFolder(state.feeder.view) else { return }
            index.adopt(files.load(folder).runs)
            state.partsWaiting = index.partsInMemory
        }
    }

    private func takeInFrames(_ writer: WriterSign) {
        guard let said = writer.said else { return }
        if !writer.isThere { return refreshWithoutWriter(writer, said) }
        let frame = said.mark.frame
        let manifests = ManifestFiles(disk: disk, paths: paths)
        let before = manifests.newest()
        let failure: StoreError? = state.withLock { state in
            let view = state.feeder.view
            if view.damage != nil || frame < state.feeder.next.frame { return nil }
            do throws(StoreError) {
                let serial = state.serial
                try state.follow(upTo: frame) { () throws(StoreError) in
                    try readFolder(view)?.files(behind: serial, disk) ?? []
                }
                return nil
            } catch {
                return error
            }
        }
        // Where the folder was changed meanwhile, what was missing may have been replaced: it is looked at again.
        if let failure, [.corrupt, .needsCompression].contains(failure.code),
            manifests.newest() == before
        {
            state.withLock { state in
                state.feeder.view.damage = failure
                state.feeder.view.watermark.alarm()
            }
        }
    }

    /// Takes in what a writer left that came and went since the last look.
    private func refreshWithoutWriter(_ writer: WriterSign, _ said: WatermarkFile.Content) {
        state.withLock { state in
            if state.feeder.view.damage != nil || said == state.lastSaid { return }
            // The next writer may begin at any moment: what cannot be read now is looked at again.
            do throws(StoreError) {
                guard let folder = try readFolder(state.feeder.view) else { return }
                let last = try folder.durableEnd(writer).frame
                if JournalLock.isHeld(disk, paths) { return }
                let serial = state.serial
                try state.follow(upTo: last) { () throws(StoreError) in
                    try folder.files(behind: serial, disk)
                }
                state.lastSaid = said
            } catch {
                return
            }
        }
    }
}

extension Follower.State {
    /// Takes in frames of some files up to a number; they are durable, so all of them are whole.
    ///
    /// - Parameter files: the segments there are; asked for only where the present one does not go on.
    fileprivate mutating func follow(
        upTo last: UInt64, among files: () throws(StoreError) -> [JournalFolder.File]
    ) throws(StoreError) {
        while feeder.next.frame <= last {
            if current == nil { moveOn(try files()) }
            guard let (file, segment, offset) = current else { return }
            let first = feeder.next.frame
            var scanner = FrameScanner(
                file.file, randomID: file.header.randomID, from: offset, to: file.byteCount,
                records: .plain(segment.dictionary))
            var isAtEnd = false
            var endsWithoutSeal = false
            do throws(FrameScanner.Stop) {
                while feeder.next.frame <= last, let frame = try scanner.next() {
                    // A segment made after a crash begins with copies of what was read before.
                    if frame.number >= feeder.next.frame { try feeder.take(frame, of: segment) }
                    if frame.frame.header.flags.contains(.seal) {
                        isAtEnd = true
                        break
                    }
                }
                endsWithoutSeal = !isAtEnd && scanner.offset >= file.byteCount
            } catch {
                feeder.publish()
                // A writer that recovered goes on elsewhere; otherwise it is damage.
                current = (file, segment, scanner.offset)
                if !hasLater(try files(), than: file) {
                    throw error.storeError(file.file.path, feeder.next.position)
                }
                isAtEnd = true
            }
            // A copy of one that was cut ends with its last frame, and no seal.
            if endsWithoutSeal && feeder.next.frame <= last {
                isAtEnd = hasLater(try files(), than: file)
            }
            current = isAtEnd ? nil : (file, segment, scanner.offset)
            if isAtEnd {
                serial = file.header.serial
                _ = segment.useStoredOffsets()
                segment.lapse()
            }
            feeder.publish()
            // The watermark of another life of this folder may tell of frames that are not there.
            if !isAtEnd && feeder.next.frame == first { return }
        }
    }

    private func hasLater(
        _ files: [JournalFolder.File], than file: JournalFolder.File
    ) -> Bool {
        files.contains {
            $0.header.serial > file.header.serial && ($0.firstFrame ?? .max) <= feeder.next.frame
        }
    }

    /// Goes on in the latest segment that begins at or before the frame that follows.
    private mutating func moveOn(_ files: [JournalFolder.File]) {
        let next = files.last {
            $0.header.serial > serial && ($0.firstFrame ?? .max) <= feeder.next.frame
        }
        guard let next else { return }
        current = (next, feeder.begin(next.header, next.file), SegmentHeader.byteCount)
    }
}
