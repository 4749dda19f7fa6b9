internal import Daybook
internal import DaybookBytes

/// What some events, one behind the other, do to what is known of a stream, whatever was known before them.
///
/// Deltas of neighbouring stretches of the journal join into the delta of both: a run can be written, and runs
/// merged, without a look at what is older.
struct StreamDelta: Hashable, Sendable {
    /// The revision of the first of its events.
    private(set) var base: Revision = 0
    /// How many of the events are the stream's.
    private(set) var count = 0
    /// It was deleted before the first of them.
    private(set) var isDeletedBefore = false
    /// What lies before it was deleted after the first of them.
    private(set) var first: Revision?
    /// The revision at which it was last reopened, as far as these events alone tell.
    private(set) var reopened: Revision?
    private(set) var isTombstoned = false
    private(set) var hasMetadata = false
    /// What was known before is in it: nothing older has to be asked.
    private(set) var isComplete = false

    init() {}

    /// The revision the next event will have; meaningful where there are events.
    var next: Revision { base &+ Revision(count) }

    /// Takes in the next event of the stream.
    mutating func take(_ revision: Revision) {
        if count == 0 && !isComplete {
            base = revision
            // Reopened, if there was anything to be deleted: joining finds out.
        } else if next > 0 && first == next {
            reopened = revision
        }
        count += 1
    }

    /// Takes in that the stream was deleted.
    mutating func delete(isTombstone: Bool) {
        if count == 0 && !isComplete { isDeletedBefore = true } else { first = next }
        if isTombstone { isTombstoned = true }
    }

    /// Takes in that metadata of the stream were set.
    mutating func setMetadata() {
        hasMetadata = true
    }

    /// The same with what was known before.
    func completed(after known: StreamFacts) -> StreamDelta {
        let facts = known.after(self)
        var delta = StreamDelta()
        delta.base = count == 0 ? facts.next : base
        delta.count = count
        delta.first = facts.first == 0 ? nil : facts.first
        delta.reopened = facts.reopened == 0 ? nil : facts.reopened
        delta.isTombstoned = facts.isTombstoned
        delta.hasMetadata = facts.hasMetadata
        delta.isComplete = true
        return delta
    }

    /// The delta of these events and later ones.
    func joined(with later: StreamDelta) -> StreamDelta {
        if later.isComplete {
            var joined = later
            if count > 0 { joined.base = base }
            joined.count = count + later.count
            return joined
        }
        var joined = self
        if count == 0 && !isComplete {
            joined.base = later.base
            joined.isDeletedBefore = isDeletedBefore || later.isDeletedBefore
            joined.first = later.first
            joined.reopened = later.reopened
        } else {
            if later.isDeletedBefore { joined.first = next }
            if later.count > 0 && next > 0 && joined.first == next { joined.reopened = later.base }
            joined.first = later.first ?? joined.first
            joined.reopened = later.reopened ?? joined.reopened
        }
        joined.count = count + later.count
        joined.isTombstoned = isTombstoned || later.isTombstoned
        joined.hasMetadata = hasMetadata || later.hasMetadata
        return joined
    }
}

extension StreamDelta {
    /// What it says beside revisions, one bit each.
    struct Flags: OptionSet, Hashable, Sendable {
        let rawValue: UInt8
        static let deletedBefore = Flags(rawValue: 1)
        static let first = Flags(rawValue: 2)
        static let reopened = Flags(rawValue: 4)
        static let tombstoned = Flags(rawValue: 8)
        static let metadata = Flags(rawValue: 16)
        static let complete = Flags(rawValue: 32)
    }

    var flags: Flags {
        var flags: Flags = isDeletedBefore ? .deletedBefore : []
        if first != nil { flags.insert(.first) }
        if reopened != nil { flags.insert(.reopened) }
        if isTombstoned { flags.insert(.tombstoned) }
        if hasMetadata { flags.insert(.metadata) }
        if isComplete { flags.insert(.complete) }
        return flags
    }

    /// - Parameters:
    ///   - first: present where its flag is set, as `reopened` is.
    init(base: Revision, count: Int, _ flags: Flags, first: Revision?, reopened: Revision?) {
        self.base = base
        self.count = count
        self.first = first
        self.reopened = reopened
        isDeletedBefore = flags.contains(.deletedBefore)
        isTombstoned = flags.contains(.tombstoned)
        hasMetadata = flags.contains(.metadata)
        isComplete = flags.contains(.complete)
    }
}

extension StreamFacts {
    /// What is known after some more events.
    func after(_ delta: StreamDelta) -> StreamFacts {
        var facts = delta.isComplete ? StreamFacts() : self
        if delta.isComplete { facts.next = delta.next }
        if delta.isDeletedBefore { facts.first = facts.next }
        if delta.count > 0 {
            if facts.next > 0 && facts.first == facts.next { facts.reopened = delta.base }
            facts.next = delta.next
        }
        facts.first = delta.first ?? facts.first
        facts.reopened = delta.reopened ?? facts.reopened
        facts.isTombstoned = facts.isTombstoned || delta.isTombstoned
        facts.hasMetadata = facts.hasMetadata || delta.hasMetadata
        return facts
    }
}

// In a term of a run, behind its positions: varint base · 1 flags, as above · varint first, varint reopened, where
// their flags are set.
extension StreamDelta {
    func encode(into writer: inout ByteWriter) {
        writer.appendVarint(base)
        writer.append(flags.rawValue)
        if let first { writer.appendVarint(first) }
        if let reopened { writer.appendVarint(reopened) }
    }

    /// - Returns: nil where the bytes are no delta; else it, and the offset behind it.
    static func decode(
        _ bytes: borrowing RawSpan, at offset: Int, count: Int
    ) -> (delta: StreamDelta, end: Int)? {
        guard let (base, flagsAt) = bytes.varint(at: offset), flagsAt < bytes.byteCount else {
            return nil
        }
        let flags = Flags(rawValue: bytes.u8(at: flagsAt))
        var (first, reopened): (Revision?, Revision?)
        var at = flagsAt + 1
        if flags.contains(.first) {
            guard let (revision, end) = bytes.varint(at: at) else { return nil }
            first = revision
            at = end
        }
        if flags.contains(.reopened) {
            guard let (revision, end) = bytes.varint(at: at) else { return nil }
            reopened = revision
            at = end
        }
        let delta = StreamDelta(
            base: base, count: count, flags, first: first, reopened: reopened)
        return (delta, at)
    }
}
