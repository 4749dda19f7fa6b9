internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

/// What a run says, or what events say that a run has to say, in two numbers: the order in which it is found does not
/// matter, and whatever is left out, added or changed changes them.
///
/// In it: which events have which terms, at what positions, and those of streams with what revisions; the streams that
/// begin; the marks and system records that stand in the end. Not in it: what is said of the deletion of streams.
struct RunSum: Hashable {
    private var count: UInt64 = 0
    private var sum: UInt64 = 0

    private mutating func add(_ first: UInt64, _ second: UInt64) {
        count &+= 1
        sum &+= KeyedHash.mix(first ^ 0x9E37_79B9_7F4A_7C15, second &+ 0xE703_7ED1_A0B4_28DB)
    }

    /// An event that has a term.
    /// - Parameters:
    ///   - term: the whole hash of its kind and name.
    ///   - revision: of a stream.
    mutating func add(term: UInt64, _ position: Position, revision: Revision = 0) {
        add(term &+ KeyedHash.mix(revision | 1 << 63, 0x8EBC_6AF0_9C88_C6E3), position)
    }

    /// A name, by its hash and that of the value under it.
    mutating func add(name: UInt64, value: UInt64) { add(~name, value) }

    mutating func add(_ other: RunSum) {
        count &+= other.count
        sum &+= other.sum
    }
}

extension RunName {
    /// Its hash, and that of its value; nil where a run may have it or not: what was removed, and has nothing below
    /// that it would hide.
    func hashes(_ hash: NameHash, isBottom: Bool) -> (name: UInt64, value: UInt64)? {
        if isBottom && isRemoval { return nil }
        return (hash.whole(name.rawSpan, 64 | kind), hash.whole(value.rawSpan, 64))
    }
}

extension Run {
    /// Whether nothing is older than it.
    var isBottom: Bool { footer.extent.frameBefore == 0 }

    /// Reads all it says. Blocks; memory does not grow with it, but for its filter, which is bounded.
    /// - Throws: `damaged` also where the filter says of a term that is there that it is not.
    func sum() throws(RunFailure) -> RunSum {
        var sum = RunSum()
        let filter = try storedFilter()
        let cursor = RunTermCursor(self)
        try cursor.advance()
        while let found = cursor.found {
            let kind = found.term.order.kind
            let whole = footer.hash.whole(found.block.content.extracting(found.term.name), kind)
            if !filter.mayContain(whole) {
                throw .damaged(
                    path: file.path, offset: footer.filter.offset,
                    why: "its filter hides a name that it has")
            }
            var postings = try RunPostings.of(found, in: self)
            var at = 0
            while at < found.term.count {
                for position in try postings.positions(from: at, .mayBlock) {
                    let revision = found.term.delta.map { $0.base + Revision(at) } ?? 0
                    sum.add(term: whole, position, revision: revision)
                    at += 1
                }
            }
            try cursor.advance()
        }
        var names = RunNameCursor(self)
        try names.advance(.mayBlock)
        while let name = names.name {
            if let (name, value) = name.hashes(footer.hash, isBottom: isBottom) {
                sum.add(name: name, value: value)
            }
            try names.advance(.mayBlock)
        }
        return sum
    }
}

extension RunSum {
    /// The terms of an event, and the name of a stream that begins with it: what `EventIndex` files it under.
    mutating func add(_ event: borrowing EventView, _ hash: NameHash) {
        let (position, stream) = (event.position, event.streamBytes)
        let isSystem = stream.byteCount > 0 && stream.u8(at: 0) == UInt8(ascii: "$")
        func term(_ kind: TermKind, _ name: borrowing RawSpan) -> UInt64 {
            hash.whole(name, isSystem ? kind.ofSystem : kind.rawValue)
        }
        add(term: term(.stream, stream), position, revision: event.revision)
        add(term: term(.type, event.typeBytes), position)
        let dash = (0..<stream.byteCount).first { stream.u8(at: $0) == UInt8(ascii: "-") }
        if let dash { add(term: term(.category, stream.extracting(0..<dash)), position) }
        event.forEachTag { add(term: term(.tag, $0), position) }
        if event.hasCorrelation { add(term: term(.correlation, event.correlationBytes), position) }
        if isSystem { add(term: hash.whole(RawSpan(), TermKind.system.rawValue), position) }
        if event.revision > 0 { return }
        add(term: term(.first, RawSpan()), position)
        if let dash { add(term: term(.firstInCategory, stream.extracting(0..<dash)), position) }
        if let (name, value) = RunName(name: stream.copied()).hashes(hash, isBottom: false) {
            add(name: name, value: value)
        }
    }
}
