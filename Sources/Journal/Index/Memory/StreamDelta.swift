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

// In a term of a run, behind its positions: varint base · 1 flags: 1 deleted before · 2 first · 4 reopened ·
// 8 tombstoned · 16 metadata · 32 complete · varint first, varint reopened, where their flags are set.
extension StreamDelta {
    func encode(into writer: inout ByteWriter) {
        writer.appendVarint(base)
        var flags: UInt8 = isDeletedBefore ? 1 : 0
        if first != nil { flags |= 2 }
        if reopened != nil { flags |= 4 }
        if isTombstoned { flags |= 8 }
        if hasMetadata { flags |= 16 }
        if isComplete { flags |= 32 }
        writer.append(flags)
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
        var delta = StreamDelta()
        delta.base = base
        delta.count = count
        let flags = bytes.u8(at: flagsAt)
        delta.isDeletedBefore = flags & 1 != 0
        delta.isTombstoned = flags & 8 != 0
        delta.hasMetadata = flags & 16 != 0
        delta.isComplete = flags & 32 != 0
        var at = flagsAt + 1
        if flags & 2 != 0 {
            guard let (first, end) = bytes.varint(at: at) else { return nil }
            delta.first = first
            at = end
        }
        if flags & 4 != 0 {
            guard let (reopened, end) = bytes.varint(at: at) else { return nil }
            delta.reopened = reopened
            at = end
        }
        return (delta, at)
    }
}
