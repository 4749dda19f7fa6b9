package import Daybook
internal import DaybookBytes
package import DaybookPlatform
internal import Synchronization

/// What a journal needs of the world.
package struct JournalEnvironment: Sendable {
    package var disk: any Disk
    package var time: any TimeSource
    package var randomness: any Randomness
    package var process: UInt32
    /// What compressed segments are read and written with; nil: there are none.
    package var codec: (any RecordCodec)?
    /// Threads that write, sync and prepare. Without them a test calls `step`.
    package var hasThreads: Bool
    /// Starts one of them.
    package var startThread: ThreadStart = { (name, body) throws(Errno) in
        try Thread(name: name, body)
    }
    /// Told while a journal is opened of what has to be read again, as positions done and in all: it may take long where
    /// the index is gone.
    package var opening: OpeningProgress?
    /// Makes an empty disk for what of the index a journal that is only read has to make itself, where that is too much for
    /// memory; nil: all of it stays in memory.
    package var scratch: (@Sendable () throws(Errno) -> any Disk)?
    package typealias OpeningProgress = @Sendable (_ done: Position, _ all: Position) -> Void
    /// Told while a damaged part of the index is made again beside the rest, on a thread of the journal's.
    package var remaking: (@Sendable (IndexRemaking) -> Void)?
    /// Starts a thread of a name that runs a body.
    package typealias ThreadStart =
        @Sendable (String, @escaping @Sendable () -> Void) throws(Errno) -> Thread

    package init(
        disk: any Disk, time: any TimeSource, randomness: any Randomness, process: UInt32,
        hasThreads: Bool = true, codec: (any RecordCodec)? = nil
    ) {
        self.disk = disk
        self.time = time
        self.randomness = randomness
        self.process = process
        self.hasThreads = hasThreads
        self.codec = codec
    }
}

/// One durable, ordered record of events.
package final class Journal: Sendable {
    package let view: JournalView
    package let name: String
    package let id: EventID
    package let epoch: UInt64
    package let createdAt: Timestamp
    /// What opening found and did, in words.
    package let notes: [String]
    package let options: JournalOptions
    /// Threads for reads that wait for the device; nil where there are no threads.
    package let readers: IOThreads?
    private var hashKey: UInt64 { view.index.hash.key }
    let writing: Writing?
    private let threads: WritingThreads
    let follower: Follower?
    private let closed = Atomic(false)

    /// What only a journal opened for writing has.
    final class Writing: Sendable {
        let writer: Writer
        let preparer: SegmentPreparer
        let resolver: Resolver
        let gate: InFlightGate
        let lock: JournalLock
        let keeper: IndexKeeper
        let compacting = CompactionGate()
        let environment: JournalEnvironment

        init(
            _ writer: Writer, _ preparer: SegmentPreparer, _ resolver: Resolver,
            _ gate: InFlightGate,
            _ lock: JournalLock, _ keeper: IndexKeeper, _ environment: JournalEnvironment
        ) {
            self.writer = writer
            self.preparer = preparer
            self.resolver = resolver
            self.gate = gate
            self.lock = lock
            self.keeper = keeper
            self.environment = environment
        }
    }

    /// The threads that write.
    private struct WritingThreads: Sendable {
        var committing: [Thread] = []
        var preparing: Thread?

        /// Starts them; after an error those that were started run.
        mutating func start(
            _ writing: Writing, _ start: JournalEnvironment.ThreadStart
        ) throws(Errno) {
            let (writer, preparer) = (writing.writer, writing.preparer)
            committing.append(try start("daybook-write") { writer.runWriting() })
            committing.append(try start("daybook-sync") { writer.runSyncing() })
            preparing = try start("daybook-prepare") { preparer.run() }
            preparer.askAhead()
        }
    }

    // MARK: Opening

    /// Opens a journal for writing.
    /// - Parameter other: a journal of the same store that this process writes: they share the store's lock.
    /// - Throws: `invalid`, `notFound`, `locked`, `corrupt`, `newerFormat`, `diskFull`, `readOnly`,
    ///   `inputOutput`.
    package static func open(
        _ environment: JournalEnvironment, name: String = JournalName.main,
        createIfMissing: Bool = true, options: JournalOptions = JournalOptions(),
        beside other: Journal? = nil
    ) throws(StoreError) -> Journal {
        options.check()
        try JournalName.validate(name)
        do throws(StoreError) {
            return try open(
                environment, JournalPaths(name: name), createIfMissing, options, beside: other)
        } catch {
            throw error.whileOpening()
        }
    }

    private static func open(
        _ environment: JournalEnvironment, _ paths: JournalPaths, _ createIfMissing: Bool,
        _ options: JournalOptions, beside other: Journal?
    ) throws(StoreError) -> Journal {
        let disk = environment.disk
        let exists: Bool
        do throws(Errno) { exists = try disk.exists(paths.folder) } catch {
            throw .inputOutput("The store cannot be opened", paths.folder, error)
        }
        if !exists && !createIfMissing { throw JournalFolder.notFound(disk, paths) }
        let lock = try JournalLock.take(environment, paths, beside: other?.writing?.lock)
        let settled = try RepairNote.settle(disk, paths)
        let folder = try JournalFolder.read(disk, paths)
        try folder?.checkReadable(with: environment.codec)
        let files = IndexFiles(disk, paths, filterBytesMax: options.indexFilterBytesMax)
        let known = folder.map { files.load($0) } ?? IndexFiles.Found()
        let view = JournalView(
            known, environment,
            idsAfter: folder?.beginning(ofLast: options.idempotencyWindow) ?? 0, options)
        let keeper = IndexKeeper(
            view.index, files, randomness: environment.randomness, time: environment.time,
            options: options,
            isSealed: { [last = folder?.sealed.last?.named.serial ?? .max] serial in
                serial <= last
            }, remaking: environment.remaking)
        view.index.keep(with: keeper)
        var recovery = Recovery(
            disk: disk, paths: paths, options: options, randomness: environment.randomness,
            time: environment.time, view: view, opening: environment.opening,
            startThread: environment.hasThreads ? environment.startThread : nil)
        recovery.note(settled)
        if let folder {
            let runEventsMin = options.indexRunEventsMin
            recovery.note(
                known.openingNotes(folder, isWriting: true, runEventsMin: runEventsMin))
        }
        do throws(StoreError) {
            let recovered: Recovery.Result
            if let folder, !folder.isBlank {
                let tail = try recovery.findTail(of: folder)
                // What is not indexed yet is written while the rest is read.
                if environment.hasThreads { try startKeeper(keeper, environment, paths) }
                recovered = try recovery.recover(folder, tail)
            } else {
                guard createIfMissing else { throw JournalFolder.notFound(disk, paths) }
                recovered = try recovery.create(over: folder)
                if environment.hasThreads { try startKeeper(keeper, environment, paths) }
            }
            files.remove(known.useless)
            return try Journal(
                environment, paths, options, view, keeper, lock, consume recovered)
        } catch {
            keeper.stop()
            // They hold one another.
            view.index.keep(with: nil)
            throw error
        }
    }

    private static func startKeeper(
        _ keeper: IndexKeeper, _ environment: JournalEnvironment, _ paths: JournalPaths
    ) throws(StoreError) {
        do throws(Errno) { try keeper.start(environment.startThread) } catch {
            throw .inputOutput("The journal's threads cannot be started", paths.folder, error)
        }
    }

    private init(
        _ environment: JournalEnvironment, _ paths: JournalPaths, _ options: JournalOptions,
        _ view: JournalView, _ keeper: IndexKeeper, _ lock: JournalLock,
        _ recovered: consuming Recovery.Result
    ) throws(StoreError) {
        let durable = recovered.durable
        let preparer = recovered.preparer
        name = paths.name
        id = recovered.manifest.journal
        epoch = recovered.manifest.epoch
        createdAt = Timestamp(microseconds: recovered.manifest.createdAt)
        notes = recovered.notes
        let watermarkFile = try? WatermarkFile(
            environment.disk, paths.watermark, process: environment.process,
            writer: environment.randomness.next())
        watermarkFile?.write(view.watermark.mark)
        keeper.keep(view, preparer)
        view.offsetRoom.onFoundAgain { [weak preparer] in preparer?.store($0) }
        let core = WriterCore(
            overlay: Overlay(
                after: view.watermark.mark, hash: view.index.hash,
                changesMax: options.overlayEventsMax),
            segment: recovered.segment, resolver: Resolver(view: view), preparer: preparer,
            time: environment.time, options: options, hasThreads: environment.hasThreads,
            needsMark: recovered.needsMark)
        let writer = Writer(
            core: core, durable: durable, view: view, preparer: preparer,
            watermarkFile: watermarkFile, options: options, hasThreads: environment.hasThreads)
        let writing = Writing(
            writer, preparer, Resolver(view: view),
            InFlightGate(bytesMax: options.inFlightBytesMax), lock, keeper, environment)
        var threads = WritingThreads()
        var readers: IOThreads?
        if environment.hasThreads {
            do throws(Errno) {
                readers = try IOThreads(count: 2, name: "daybook-read")
                try threads.start(writing, environment.startThread)
            } catch {
                // Those that run would write on after the lock is gone.
                Self.shutDown(view, writing, threads, nil, readers)
                throw .inputOutput("The journal's threads cannot be started", paths.folder, error)
            }
        }
        self.view = view
        self.options = options
        self.readers = readers
        follower = nil
        self.writing = writing
        self.threads = threads
        writer.onResolveAgain { [writing, readers] appends in
            for append in appends { Self.resolve(append, writing, readers) }
        }
        if let ids = view.ids, ids.isOwed {
            if let readers {
                readers.submit { ids.readOwedBeside() }
            } else {
                ids.readOwedBeside()
            }
        }
    }

    /// Opens a journal for reading only, also beside a writer, whom it follows.
    /// - Throws: `invalid`, `notFound`, `corrupt`, `newerFormat`, `inputOutput`.
    package static func openReadOnly(
        _ environment: JournalEnvironment, name: String = JournalName.main,
        options: JournalOptions = JournalOptions()
    ) throws(StoreError) -> Journal {
        options.check()
        try JournalName.validate(name)
        let paths = JournalPaths(name: name)
        var looks = 1
        while true {
            let writer = WriterSign(environment.disk, paths)
            do throws(StoreError) {
                return try openReadOnly(environment, paths, options, beside: writer)
            } catch {
                let now = WriterSign(environment.disk, paths)
                if looks == WriterSign.looksMax || now.isSameWriter(as: writer) { throw error }
                looks += 1
            }
        }
    }

    private static func openReadOnly(
        _ environment: JournalEnvironment, _ paths: JournalPaths, _ options: JournalOptions,
        beside writer: WriterSign
    ) throws(StoreError) -> Journal {
        let files = IndexFiles(
            environment.disk, paths, filterBytesMax: options.indexFilterBytesMax)
        let (folder, known) = try read(environment, paths, files)
        // With a part for every segment, all ends of the writer's runs are ends of parts here.
        var own = options
        own.indexRunEventsMin = 1
        let view = JournalView(known, environment, idsAfter: nil, own)
        let follower = Follower(
            disk: environment.disk, paths: paths, of: folder.manifest, files: files,
            feeder: Feeder(
                view: view, startThread: environment.hasThreads ? environment.startThread : nil),
            scratch: ScratchIndex(view.index, environment, options),
            opening: environment.opening)
        view.onStale { [weak follower, disk = environment.disk] () throws(StoreError) in
            try follower?.lookAtManifest(WriterSign(disk, paths), isNeeded: true)
        }
        do throws(StoreError) {
            let hidden = try follower.begin(folder, writer)
            let notes = known.openingNotes(
                folder, isWriting: false, runEventsMin: options.indexRunEventsMin)
            return try Journal(
                environment, paths, options, view, folder, follower, notes + hidden)
        } catch {
            follower.stop()
            throw error
        }
    }

    /// Reads a folder and the runs that belong to it. A writer may have gone on between the two: then both are looked
    /// at again.
    private static func read(
        _ environment: JournalEnvironment, _ paths: JournalPaths, _ files: IndexFiles
    ) throws(StoreError) -> (JournalFolder, IndexFiles.Found) {
        var former: UInt64?
        var looks = 1
        while true {
            guard let folder = try JournalFolder.read(environment.disk, paths), !folder.isBlank
            else { throw JournalFolder.notFound(environment.disk, paths) }
            try folder.checkReadable(with: environment.codec)
            let known = files.load(folder)
            let isLast = former == folder.manifest.generation || looks == WriterSign.looksMax
            if !known.isAhead || isLast { return (folder, known) }
            former = folder.manifest.generation
            looks += 1
        }
    }

    private init(
        _ environment: JournalEnvironment, _ paths: JournalPaths, _ options: JournalOptions,
        _ view: JournalView, _ folder: JournalFolder, _ follower: Follower, _ notes: [String]
    ) throws(StoreError) {
        self.view = view
        self.options = options
        self.follower = follower
        name = paths.name
        id = folder.manifest.journal
        epoch = folder.manifest.epoch
        createdAt = Timestamp(microseconds: folder.manifest.createdAt)
        self.notes = folder.openingNotes + notes
        writing = nil
        threads = WritingThreads()
        guard environment.hasThreads else {
            readers = nil
            return
        }
        do throws(Errno) {
            readers = try IOThreads(count: 2, name: "daybook-read")
            try follower.start(pollNanoseconds: options.pollNanoseconds)
        } catch {
            throw .inputOutput("The journal's threads cannot be started", paths.folder, error)
        }
    }

    // MARK: Appending

    /// Validates and encodes an append, on this thread.
    package func encode(_ append: Append) throws(StoreError) -> EncodedAppend {
        try EncodedAppend(append, hashKey: hashKey)
    }

    /// Validates an append of events that were encoded as they came.
    package func encode(
        _ events: consuming EncodedEvents, _ terms: AppendTerms
    ) throws(StoreError) -> EncodedAppend {
        try EncodedAppend(events, terms, hashKey: hashKey)
    }

    /// The deletion of a stream as an append.
    package func encode(
        deleting stream: String, _ deletion: Deletion, expecting condition: StreamCondition,
        id: EventID
    ) throws(StoreError) -> EncodedAppend {
        try EncodedAppend(
            deleting: stream, deletion, expecting: condition, id: id, hashKey: hashKey)
    }

    /// Has an append decided and recorded, and `done` called with the answer, on a thread of the journal's.
    ///
    /// - Parameter submitter: whose order it keeps.
    package func submit(
        _ encoded: EncodedAppend, from submitter: Submitter? = nil, done: @escaping Completion
    ) {
        submit(PendingAppend(encoded, submitter, done))
    }

    func submit(_ append: PendingAppend) {
        guard let writing else { return append.end(.failure(.readOnly())) }
        if isClosed { return append.end(.failure(.closed())) }
        append.submitter?.enter(append)
        Self.resolve(append, writing, readers)
    }

    /// Has an append recorded and waits for the answer: for threads that may block.
    package func submitAndWait(_ encoded: EncodedAppend) -> Result<Appended, StoreError> {
        let answer = Monitor<Result<Appended, StoreError>?>(nil)
        let done: Completion = { result in
            answer.withLock { $0 = result }
            answer.broadcast()
        }
        guard let writing else { return .failure(.readOnly()) }
        if isClosed { return .failure(.closed()) }
        let append = PendingAppend(encoded, nil, done)
        do throws(ReadFailure) {
            let facts = try writing.resolver.resolve(encoded, .mayBlock)
            writing.writer.submitAndWrite(append, facts)
        } catch {
            if case .failed(let error) = error { return .failure(error) }
        }
        return answer.wait(until: { $0 != nil }, then: { $0! })
    }

    private static func resolve(_ append: PendingAppend, _ writing: Writing, _ readers: IOThreads?)
    {
        do throws(ReadFailure) {
            let mode: ReadMode = readers == nil ? .mayBlock : .cachedOnly
            deliver(append, .success(try writing.resolver.resolve(append.encoded, mode)), writing)
        } catch {
            if case .wouldBlock = error, let readers {
                return readers.submit { resolveSlowly(append, writing) }
            }
            deliver(append, .failure(error), writing)
        }
    }

    private static func resolveSlowly(_ append: PendingAppend, _ writing: Writing) {
        do throws(ReadFailure) {
            let facts = try writing.resolver.resolve(append.encoded, .mayBlock)
            deliver(append, .success(facts), writing)
        } catch {
            deliver(append, .failure(error), writing)
        }
    }

    private static func deliver(
        _ append: PendingAppend, _ facts: Result<Facts, ReadFailure>, _ writing: Writing
    ) {
        var refused: [PendingAppend] = []
        let submit = { (append: PendingAppend, facts: Facts) in
            if !writing.writer.submit(append, facts) { refused.append(append) }
        }
        switch facts {
        case .success(let facts):
            if let submitter = append.submitter {
                submitter.resolved(append, facts, deliver: submit)
            } else {
                submit(append, facts)
            }
        case .failure(let failure):
            append.submitter?.resolved(append, nil, deliver: submit)
            if case .failed(let error) = failure { append.end(.failure(error)) }
        }
        // Not while the order of the submitter is held: whoever is answered may wait for one who submits.
        for append in refused { append.end(.failure(.closed())) }
    }

    /// What a compaction works with; nil where the journal is open for reading only.
    var compactionTools:
        (gate: CompactionGate, preparer: SegmentPreparer, environment: JournalEnvironment)?
    {
        writing.map { ($0.compacting, $0.preparer, $0.environment) }
    }

    /// Waits until the parts of the index are written and merged, as far as they can be.
    package func settleIndex() { writing?.keeper.waitUntilIdle() }

    /// What the journal stopped with.
    package var failure: StoreError? {
        writing?.writer.failure.map { .poisoned($0.path, $0.errno) }
    }

    /// Whether another process has it open for writing.
    package var hasWriterElsewhere: Bool { follower?.isBesideWriter ?? false }

    /// Whether `close` was called.
    package var isClosed: Bool { closed.load(ordering: .acquiring) }

    /// Whether it is open for writing.
    package var isWritable: Bool { writing != nil }

    // MARK: Closing

    /// Answers what is under way, marks the journal as closed, and ends its threads. Blocks.
    package func close() {
        if !becomesClosed() { return }
        Self.shutDown(view, writing, threads, follower, readers)
    }

    deinit {
        // Without threads a test holds the journal's time in its hands, and drops it as a crash would.
        if readers == nil || !becomesClosed() { return }
        // The last reference may go on one of the journal's own threads, which cannot wait for itself.
        let (view, writing, threads) = (view, writing, threads)
        let (follower, readers) = (follower, readers)
        _ = try? Thread(name: "daybook-close") {
            Self.shutDown(view, writing, threads, follower, readers)
        }
    }

    /// Whether it was open until now.
    private func becomesClosed() -> Bool {
        !closed.exchange(true, ordering: .acquiringAndReleasing)
    }

    private static func shutDown(
        _ view: JournalView, _ writing: Writing?, _ threads: WritingThreads,
        _ follower: Follower?, _ readers: IOThreads?
    ) {
        follower?.stop()
        view.ids?.stop()
        if let writing {
            writing.compacting.stop()
            // First, so that nobody waits for room that nobody makes.
            writing.keeper.stop()
            writing.writer.close(threads.committing)
            writing.preparer.stop()
            threads.preparing?.join()
            // What is left is empty, and found again at the next opening.
            if writing.writer.failure == nil {
                try? writing.preparer.discard()
                // Without threads whoever holds the journal's time in his hands says what is done.
                if readers != nil {
                    writing.preparer.finish()
                    writing.keeper.finish()
                }
            }
            view.retired.close()
        }
        view.watermark.end(.closed())
        readers?.stop()
        // Nobody writes to the folder any more.
        writing?.lock.release()
        // They hold one another, and what they hold is of no use any more.
        view.index.keep(with: nil)
        writing?.writer.onResolveAgain { _ in }
    }
}
