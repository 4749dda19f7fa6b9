internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

/// The writer without its threads: decides appends in order, and encodes and writes what it accepts.
struct WriterCore: ~Copyable {
    private let decider: Decider
    private let resolver: Resolver
    private let preparer: SegmentPreparer
    private let time: any TimeSource
    private let options: JournalOptions
    /// Whether a thread prepares segments; otherwise it is done when one is needed.
    private let hasThreads: Bool
    private var overlay: Overlay
    private var segment: SegmentWriter
    /// Frames were written that no later frame says to be durable.
    private(set) var needsMark: Bool
    private var sealings: [Batch.Sealing] = []

    init(
        overlay: Overlay, segment: consuming SegmentWriter, resolver: Resolver,
        preparer: SegmentPreparer, time: any TimeSource, options: JournalOptions, hasThreads: Bool,
        needsMark: Bool
    ) {
        self.overlay = overlay
        self.segment = segment
        self.resolver = resolver
        self.preparer = preparer
        self.time = time
        self.options = options
        self.hasThreads = hasThreads
        self.needsMark = needsMark
        decider = Decider(options)
    }

    /// What one round led to.
    struct Outcome {
        var batch = Batch()
        /// Appends that have to be resolved again.
        fileprivate(set) var back: [PendingAppend] = []
        /// Whose they are: what follows them goes back, too.
        private var held: Set<ObjectIdentifier> = []
        /// Work that did not fit into the round.
        var rest: ArraySlice<(PendingAppend, Facts)> = []
        /// There is no room for more before what was written is readable.
        var isFull = false
        /// A write failed: the journal takes no more appends.
        var failure: (path: String, errno: Errno)?
    }

    /// Decides and writes as much of `work` as fits into one batch.
    ///
    /// - Parameters:
    ///   - durable: the last frame that is durable now.
    ///   - indexed: the last frame that every new resolve will take into account.
    mutating func round(
        _ work: ArraySlice<(PendingAppend, Facts)>, durable: UInt64, indexed: UInt64
    ) -> Outcome {
        var outcome = Outcome()
        outcome.rest = work
        do throws(Errno) {
            while let (append, resolved) = outcome.rest.first {
                var facts = resolved
                // Before the decision: it rests on facts that reach up to what the overlay remembers.
                let hasRoom = overlay.makeRoom(
                    for: append.encoded.eventCount, indexed: indexed, last: segment.end.frame - 1)
                if !hasRoom {
                    outcome.isFull = true
                    break
                }
                outcome.rest = outcome.rest.dropFirst()
                if outcome.holds(append) {
                    outcome.back.append(append)
                    continue
                }
                var streams = overlay.streams(of: append.encoded, after: facts)
                switch decide(append, &facts, &streams) {
                case .resolveAgain: outcome.sendBack(append)
                case .duplicate(let appended): outcome.answer(append, .success(appended))
                case .refuse(let error): outcome.answer(append, .failure(error))
                case .accept:
                    do throws(Errno) {
                        outcome.answer(append, try accept(append.encoded, streams, durable))
                    } catch {
                        // The segment before could not be sealed: nothing of this append was encoded.
                        outcome.answer(
                            append, .failure(.poisoned(segment.segment.file.path, error)))
                        throw error
                    }
                }
                if segment.pendingBytes >= options.batchBytesMax { break }
            }
            try segment.flush()
        } catch {
            outcome.failure = (segment.segment.file.path, error)
        }
        outcome.holdBackRest()
        outcome.batch.parts = segment.takeParts()
        outcome.batch.sealings = sealings
        sealings = []
        return outcome
    }

    /// Decides by the facts there are; where they came too late too often, by those of this moment. Nothing else is
    /// decided meanwhile, so those are in time, and every append is decided in the end.
    private func decide(
        _ append: PendingAppend, _ facts: inout Facts, _ streams: inout [StreamFacts]
    ) -> Decision {
        let decision = decider.decide(append.encoded, streams, facts, overlay)
        guard case .resolveAgain = decision, append.countLateFacts() >= options.lateFactsMax else {
            return decision
        }
        do throws(ReadFailure) { facts = try resolver.resolve(append.encoded, .mayBlock) } catch {
            guard case .failed(let failure) = error else {
                preconditionFailure("a read that may block does not ask to be repeated")
            }
            return .refuse(failure)
        }
        streams = overlay.streams(of: append.encoded, after: facts)
        return decider.decide(append.encoded, streams, facts, overlay)
    }

    /// The last frame, where no later one says that it is durable; nil where one does.
    var unmarked: UInt64? { needsMark ? segment.end.frame - 1 : nil }

    /// Gives an accepted append its place, in the next segment if this one has no room for it.
    private mutating func accept(
        _ encoded: EncodedAppend, _ streams: [StreamFacts], _ durable: UInt64
    ) throws(Errno) -> Result<Appended, StoreError> {
        let bytes = FrameHeader.byteCount(
            fields: encoded.fieldBytesMax, eventBytes: encoded.records.count)
        if !segment.fits(bytes) || encoded.beginsSegment {
            let prepared: PreparedSegment
            do throws(StoreError) {
                prepared = try preparer.take(
                    bytes + SegmentWriter.marksBytes,
                    // Sealed early, the segment was not too small.
                    atMost: encoded.beginsSegment ? segment.usedBytes.of : .max,
                    waits: hasThreads)
            } catch {
                return .failure(error)
            }
            let sealed = try segment.move(to: prepared, durable: durable)
            sealings.append(sealed)
            preparer.askAhead()
        }
        let numbers = overlay.begin(encoded, with: streams)
        let appended = segment.add(
            encoded, after: streams, durable: durable, now: time.wallMicroseconds())
        takeInLastFrame(encoded, streams: numbers)
        needsMark = true
        return .success(appended)
    }

    private mutating func takeInLastFrame(_ encoded: EncodedAppend, streams numbers: [Int32]) {
        segment.withLastFrame { frame, block in
            overlay.add(frame, of: encoded, in: block, streams: numbers)
        }
        if let mark = encoded.tracking { overlay.set(mark) }
        var number = segment.end.record - UInt64(encoded.systemRecords.count)
        for record in encoded.systemRecords {
            number += 1
            overlay.set(
                RecordKey(record.owner, record.key),
                sequence: record.value == nil ? nil : number)
        }
    }

    /// Writes a frame that says that everything before it is durable, where there is room for one.
    mutating func mark(_ flags: FrameHeader.Flags, durable: UInt64) -> Outcome {
        var outcome = Outcome()
        needsMark = false
        guard segment.fitsMark(before: flags.contains(.closed) ? 1 : 2) else { return outcome }
        segment.addMark(flags, durable: durable)
        do throws(Errno) { try segment.flush() } catch {
            outcome.failure = (segment.segment.file.path, error)
        }
        outcome.batch.parts = segment.takeParts()
        return outcome
    }

    /// Whether anything was written, or stood there before.
    var isUsed: Bool { segment.end.frame > 1 }
    var usedBytes: (bytes: Int, of: Int) { segment.usedBytes }
}

extension WriterCore.Outcome {
    /// Has an append resolved again, and all that comes behind it of the same submitter.
    fileprivate mutating func sendBack(_ append: PendingAppend) {
        back.append(append)
        if let submitter = append.submitter { held.insert(ObjectIdentifier(submitter)) }
    }

    /// Whether something in front of it goes back.
    fileprivate func holds(_ append: PendingAppend) -> Bool {
        guard !held.isEmpty, let submitter = append.submitter else { return false }
        return held.contains(ObjectIdentifier(submitter))
    }

    /// What did not fit into the round goes back too where something in front of it does.
    fileprivate mutating func holdBackRest() {
        if back.isEmpty { return }
        back += rest.map(\.0).filter(holds)
        rest = rest.filter { !holds($0.0) }[...]
    }

    fileprivate mutating func answer(
        _ append: PendingAppend, _ result: Result<Appended, StoreError>
    ) {
        batch.answers.append(Batch.Answer(append: append, result: result))
    }
}
