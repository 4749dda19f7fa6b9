internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform
internal import Synchronization

/// A segment that is ready to take frames: allocated, its header durable, named by the manifest.
struct PreparedSegment: Sendable {
    let header: SegmentHeader
    let file: OpenFile
    let byteCount: Int
}

/// Prepares the next segment beside the appends, so that none of them waits for blocks or zeros, and so that a
/// full disk is met here, where it can be refused.
final class SegmentPreparer: Sendable {
    struct State {
        var manifest: Manifest
        /// The highest serial number given to a segment; each is given once.
        var lastSerial: UInt64
        /// The size the next segment should have.
        var nextBytes: Int
        var ready: PreparedSegment?
        /// How much of the one that is ready was written with zeros.
        var zeroed = 0
        var isZeroing = false
        /// The segment to make now, if any.
        var wanted: Order?
        var failure: StoreError?
        /// How much of the active segment is used, of how much.
        var used = (bytes: 0, of: 1)
        /// What one round of the writer wrote, of late.
        var roundBytes = 0
        /// Extents and times of segments that were sealed since the manifest was written.
        var sealed: [UInt64: (extent: Manifest.Sealed, times: SegmentTimes?)] = [:]
        /// Sealed segments whose offsets and ids are to be written beside them.
        var unstored: [Segment] = []
        /// Files of segments that are never written to again, of which blocks are to be given back behind what they hold.
        var cut: [CutFile] = []
        /// The last segment whose ids were removed.
        var idsRemovedUpTo: UInt64 = 0
        /// What somebody else has to say in the manifest, and what became of it.
        var change: (@Sendable (inout Manifest) -> Void)?
        var changed: ManifestChange?
        var isStopping = false
    }

    let state: Monitor<State>
    /// In a struct: a closure by itself would be wrapped once more each time it is taken out.
    struct Listener {
        var hear: (@Sendable () -> Void)?
    }
    let onManifest = Mutex(Listener())
    private let disk: any Disk
    let files: ManifestFiles
    private let options: JournalOptions
    private let randomness: any Randomness
    private let time: any TimeSource
    private let hashKey: UInt64

    init(
        disk: any Disk, paths: JournalPaths, manifest: Manifest, lastSerial: UInt64,
        nextBytes: Int, options: JournalOptions, randomness: any Randomness, time: any TimeSource,
        hashKey: UInt64, unstored: [Segment] = [], cut: [CutFile] = []
    ) {
        self.disk = disk
        files = ManifestFiles(disk: disk, paths: paths)
        self.options = options
        self.randomness = randomness
        self.time = time
        self.hashKey = hashKey
        state = Monitor(
            State(
                manifest: manifest, lastSerial: lastSerial, nextBytes: nextBytes,
                unstored: unstored, cut: cut))
    }

    /// A segment with room for `bytes` at least, made now where none is ready.
    ///
    /// - Parameters:
    ///   - bytesMax: it is no larger, where `bytes` need no more.
    ///   - waits: whether a thread runs that does the work; otherwise it is done here.
    /// - Throws: `diskFull`, or what the system said.
    func take(
        _ bytes: Int, atMost bytesMax: Int = .max, waits: Bool
    ) throws(StoreError) -> PreparedSegment {
        state.withLock { state in
            // What failed before may go well now: room comes back.
            state.failure = nil
            // An order that nobody waits for may be too small, or find no room for its size.
            if !state.isReady(bytes, bytesMax) && state.wanted?.bytesMin == nil {
                _ = state.want(bytes, bytesMax)
            }
        }
        if waits { state.broadcast() } else { while work() {} }
        return try taken(bytes, bytesMax)
    }

    /// Writes what a new segment begins with and makes it durable: before the segment has a header, and before
    /// any manifest names it. Until then what is copied counts where it was.
    typealias Filling = (OpenFile, _ randomID: UInt64) throws(StoreError) -> Int

    /// A segment with room for `bytes`, made here, that begins with what `fill` writes.
    func take(_ bytes: Int, fill: Filling) throws(StoreError) -> PreparedSegment {
        prepare(state.withLock { $0.want(bytes) }, fill)
        return try taken(bytes)
    }

    private func taken(
        _ bytes: Int, _ bytesMax: Int = .max
    ) throws(StoreError) -> PreparedSegment {
        let taken: Result<PreparedSegment, StoreError> = state.wait(
            until: { state in
                if state.isZeroing { return false }
                if state.isReady(bytes, bytesMax) || state.failure != nil || state.isStopping {
                    return true
                }
                if state.wanted == nil {
                    _ = state.want(bytes, bytesMax)
                    self.state.broadcast()
                }
                return false
            },
            then: { state in
                guard state.isReady(bytes, bytesMax), let ready = state.ready else {
                    defer { state.failure = nil }
                    return .failure(state.failure ?? .closed())
                }
                state.ready = nil
                state.zeroed = 0
                if ready.byteCount >= state.nextBytes {
                    state.nextBytes = min(state.nextBytes * 2, options.segmentBytesMax)
                }
                return .success(ready)
            })
        return try taken.get()
    }

    /// Hears how far the active segment is used: zeros keep ahead of it.
    func progress(_ bytes: Int, of size: Int) {
        let isWanted = state.withLock { state in
            let written = bytes - state.used.bytes
            if written > 0 { state.roundBytes = (state.roundBytes * 7 + written) / 8 }
            state.used = (bytes, size)
            return state.zeroTarget(options) != nil
        }
        if isWanted { state.broadcast() }
    }

    /// Hears that a segment got its last frame, is durable and published, which the next manifest says.
    func sealed(_ sealing: Batch.Sealing) {
        let segment = sealing.segment
        state.withLock { $0.sealed[segment.serial] = (sealing.extent, segment.times) }
    }

    /// Whether the manifest says that a segment is sealed, and where: for good.
    func isSealed(_ serial: UInt64) -> Bool {
        state.withLock { $0.manifest.segments.last { $0.serial == serial }?.sealed != nil }
    }

    /// Whether a segment has frames behind one, as far as the manifest says where it ends.
    func goesOn(behind end: SegmentEnd) -> Bool {
        let segment = state.withLock { state in
            state.manifest.segments.last { $0.serial == end.serial }
        }
        guard let segment else { return false }
        return segment.sealed.map { $0.firstFrame + $0.frames - 1 > end.frame } ?? true
    }

    /// Has something done whenever the manifest was written.
    func afterManifest(_ body: @escaping @Sendable () -> Void) {
        onManifest.withLock { $0.hear = body }
    }

    /// Hears of a sealed segment whose offsets and ids are in memory only.
    func store(_ segment: Segment) {
        state.withLock { $0.unstored.append(segment) }
        state.broadcast()
    }

    /// Asks for the next segment before it is needed.
    func askAhead() {
        state.withLock { state in
            if state.ready == nil && state.wanted == nil {
                state.wanted = Order(bytes: state.nextBytes)
            }
        }
        state.broadcast()
    }

    // MARK: The work, by a thread or by hand

    /// Does the next piece of work, if there is any.
    func work() -> Bool {
        if let order = state.withLock({ $0.wanted }) {
            prepare(order)
            return true
        }
        if let change = state.withLock({ $0.change }) {
            makeChange(change)
            return true
        }
        return giveBackNext() || storeNext() || zeroStep()
    }

    /// Gives back blocks that a crash has left; whether there was a file that may have some. Before offsets are stored:
    /// where they are missing the next opening does all of it again.
    private func giveBackNext() -> Bool {
        guard let file = state.withLock({ $0.cut.popLast() }) else { return false }
        // It only saves room.
        _ = try? SpareRoom.giveBack(disk, file.path, behind: file.end)
        return true
    }

    /// Hears of files that the manifest does not name any more, and that stay.
    func giveBack(_ files: [CutFile]) { state.withLock { $0.cut += files } }

    /// Writes beside a sealed segment what an opening would have to find in it; whether there was one.
    private func storeNext() -> Bool {
        guard let segment = state.withLock({ $0.unstored.popLast() }) else { return false }
        segment.storeOffsets()
        segment.storeIDs(key: hashKey)
        segment.lapse()
        removeIDs(before: segment.firstPosition)
        return true
    }

    /// Hears that a copy is in the place of a segment: where its events begin does not matter any more.
    func replaced(_ segment: Segment) {
        let isUnstored = state.withLock { state in
            let place = state.unstored.firstIndex { $0 === segment }
            if let place { state.unstored.remove(at: place) }
            return place != nil
        }
        // The ids of the copy are the same.
        if isUnstored { segment.storeIDs(key: hashKey) }
    }

    /// Does, once its thread has ended, what the next opening would have to do.
    func finish() { while giveBackNext() || storeNext() {} }

    /// Removes the ids of segments by which nothing is recognised any more.
    private func removeIDs(before position: Position) {
        let window = Position(options.idempotencyWindow)
        let old = state.withLock { state in
            let old = state.manifest.segments.filter { segment in
                guard segment.serial > state.idsRemovedUpTo, let sealed = segment.sealed else {
                    return false
                }
                return sealed.firstPosition + sealed.events + window <= position
            }.map(\.serial)
            state.idsRemovedUpTo = old.last ?? state.idsRemovedUpTo
            return old
        }
        for serial in old {
            IDFile.remove(disk, of: files.paths.segment(serial: serial, generation: 0))
        }
    }

    /// Works until `stop`.
    func run() {
        while true {
            let goesOn = state.wait(
                until: { $0.isStopping || $0.hasWork(options) },
                // Whoever waits for the manifest is answered.
                then: { !$0.isStopping || $0.change != nil })
            if !goesOn { return }
            _ = work()
        }
    }

    func stop() {
        state.withLock { $0.isStopping = true }
        state.broadcast()
    }

    /// Gives up the segment that is ready but not needed: the manifest forgets it, then it goes.
    /// - Throws: the system's refusal; the segment stays then, empty.
    func discard() throws(Errno) {
        var manifest = state.withLock { $0.manifestToWrite() }
        guard let ready = state.withLock({ $0.ready }) else { return }
        manifest.segments.removeAll { $0.serial == ready.header.serial }
        manifest.generation += 1
        try files.store(manifest)
        let written = manifest
        state.withLock { state in
            state.manifest = written
            state.ready = nil
        }
        try disk.remove(ready.file.path)
    }

    private func prepare(_ order: Order, _ fill: Filling = { _, _ in 0 }) {
        var manifest = state.withLock { $0.manifestToWrite() }
        // One that is ready but too small is named until a manifest without it is durable.
        let replaced = state.withLock { state in
            defer { state.ready = nil }
            return state.ready
        }
        if let replaced { manifest.segments.removeAll { $0.serial == replaced.header.serial } }
        var filled = 0
        var ready = replaced
        var failure: StoreError?
        do throws(StoreError) {
            let (made, naming) = try make(order, manifest) { file, id throws(StoreError) in
                filled = try fill(file, id)
                return filled
            }
            manifest = naming
            // From here on the manifest may be the one that does not name what was ready before.
            ready = nil
            try commit(manifest, made.file.path)
            ready = made
        } catch {
            failure = error
        }
        if failure == nil, let replaced { try? disk.remove(replaced.file.path) }
        let (written, isReady, refusal) = (manifest, ready, failure)
        let zeroed = SegmentHeader.byteCount + filled
        state.withLock { state in
            state.wanted = nil
            state.ready = isReady
            if refusal != nil {
                // Where nobody waits for it, it is tried again when somebody does.
                if order.bytesMin != nil { state.failure = refusal }
                return
            }
            state.take(written)
            state.zeroed = zeroed
        }
        state.broadcast()
        if failure == nil { onManifest.withLock { $0 }.hear?() }
    }

    /// Makes a segment of the size it should have, or as near to that as there is room for.
    private func make(
        _ order: Order, _ manifest: Manifest, _ fill: Filling
    ) throws(StoreError) -> (PreparedSegment, Manifest) {
        var bytes = order.bytes
        while true {
            do throws(StoreError) { return try make(bytes, manifest, fill) } catch {
                guard error.code == .diskFull, let least = order.bytesMin, bytes > least else {
                    throw error
                }
                bytes = max(least, bytes / 2 / 4096 * 4096)
            }
        }
    }

    /// Makes the file of a segment, and writes the manifest that names it aside.
    private func make(
        _ bytes: Int, _ before: Manifest, _ fill: Filling
    ) throws(StoreError) -> (PreparedSegment, Manifest) {
        var manifest = before
        let serial = state.withLock { state in
            state.lastSerial += 1
            return state.lastSerial
        }
        let header = SegmentHeader(
            journal: manifest.journal, epoch: manifest.epoch, serial: serial, generation: 0,
            randomID: randomness.next(), preparedAt: time.wallMicroseconds(),
            fileBytes: UInt64(bytes))
        let path = files.paths.segment(serial: serial, generation: 0)
        manifest.segments.append(Manifest.Segment(serial: serial, randomID: header.randomID))
        manifest.generation += 1
        do throws(StoreError) {
            let file = try makeFile(path, header, bytes, fill)
            do throws(Errno) { try files.writeAside(manifest) } catch { throw failure(path, error) }
            return (PreparedSegment(header: header, file: file, byteCount: bytes), manifest)
        } catch {
            // No manifest names it.
            try? disk.remove(path)
            throw error
        }
    }

    /// Makes the manifest that was written aside the present one. After an error it may be: the new segment
    /// stays, empty, and its serial number is not used again.
    private func commit(_ manifest: Manifest, _ path: String) throws(StoreError) {
        do throws(Errno) { try files.commit(manifest) } catch { throw failure(path, error) }
    }

    private func failure(_ path: String, _ error: Errno) -> StoreError {
        .inputOutput("A segment cannot be prepared", path, error)
    }

    private func makeFile(
        _ path: String, _ header: SegmentHeader, _ bytes: Int, _ fill: Filling
    ) throws(StoreError) -> OpenFile {
        let file: OpenFile
        do throws(Errno) {
            file = try OpenFile(disk, path, .createNew)
            try file.allocate(upTo: bytes)
        } catch {
            throw failure(path, error)
        }
        _ = try fill(file, header.randomID)
        do throws(Errno) {
            let encoded = header.encoded()
            try file.writeAll(encoded.bytes, at: 0)
            try file.sync()
            try disk.syncDirectory(files.paths.segments)
        } catch {
            throw failure(path, error)
        }
        return file
    }

    /// Writes zeros into the next step of the segment that is ready.
    private func zeroStep() -> Bool {
        let step: (file: OpenFile, range: Range<Int>)? = state.withLock { state in
            guard let end = state.zeroTarget(options), let ready = state.ready else { return nil }
            state.isZeroing = true
            return (ready.file, state.zeroed..<end)
        }
        guard let (file, range) = step else { return false }
        var zeros = ByteWriter(capacity: range.count)
        zeros.appendZeros(range.count)
        var isDone = true
        do throws(Errno) {
            try file.writeAll(zeros.bytes, at: range.lowerBound)
            file.startWriteback(range)
        } catch {
            // Zeros only save time: what is allocated reads as zero in any case.
            isDone = false
        }
        state.withLock { state in
            state.isZeroing = false
            state.zeroed = isDone ? range.upperBound : (state.ready?.byteCount ?? 0)
        }
        state.broadcast()
        return true
    }
}
