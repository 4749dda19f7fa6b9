internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

/// Goes through all terms of a run, or those from a kind on, in their order, once.
///
/// A class: a merge compares its cursors all the time, and does not copy them for it.
final class RunTermCursor: MergeCursor {
    let run: Run
    private let mode: ReadMode
    private var nextBlock: Int
    private var block: RunPiece?
    private var at = 0
    private var current: RunTerm?
    // What is compared, beside: its order, and where the name stands in the bytes of its block.
    private var order = TermOrder(value: 0)
    private var name = 0..<0
    private var bytes = SharedBytes(copying: RawSpan())

    /// - Parameter kind: the first one of interest; a few terms of those before it may come first. Nil: all.
    init(_ run: Run, ofKind kind: UInt8? = nil, _ mode: ReadMode = .mayBlock) {
        self.run = run
        self.mode = mode
        nextBlock = kind.map { run.termBlocks(ofKind: $0).lowerBound } ?? 0
    }

    /// The term where it stands, nil behind the last.
    var term: RunTerm? { current }
    var isAtEnd: Bool { current == nil }
    /// The kind of that term.
    var kind: UInt8? { current?.order.kind }

    /// Goes on to the next term; at first, to the first one.
    func advance() throws(RunFailure) {
        while true {
            let held = bytes
            let header = RunFormat.pieceHeaderBytes
            if header + at < held.count {
                let content = held.bytes.extracting(header..<held.count)
                guard let next = RunTerm(decoding: content, at: at, of: run.positions),
                    next.order >= order
                else { throw block!.damaged }
                current = next
                order = next.order
                name = header + next.name.lowerBound..<header + next.name.upperBound
                at = next.end
                return
            }
            guard nextBlock < run.termBlockCount else {
                current = nil
                return
            }
            let next = try run.termBlock(nextBlock, mode)
            block = next
            bytes = next.bytes
            nextBlock += 1
            at = 0
        }
    }

    /// The term where it stands, as if it had been found.
    var found: Run.FoundTerm? {
        guard let term = current, let block else { return nil }
        return Run.FoundTerm(term: term, block: block)
    }

    /// Whether it stands before another, by order and name; nil where both stand at the same term. Neither is at its
    /// end.
    func precedes(_ other: RunTermCursor) -> Bool? {
        if order != other.order { return order < other.order }
        let (mine, theirs) = (bytes, other.bytes)
        return mine.bytes.extracting(name).precedes(theirs.bytes.extracting(other.name))
    }

    /// Adds all positions of the term where it stands.
    /// - Parameter step: called between the chunks of a long list, with the bytes written until then.
    func copyPositions(
        to writer: inout RunWriter, _ step: (Int) throws(RunFailure) -> Void
    ) throws(RunFailure) {
        guard let term = current, let block, term.count > 0 else { return }
        if case .short(let range) = term.list {
            let isWhole = try writer.add(
                term.first, steps: block.content.extracting(range), count: term.count,
                upTo: term.last)
            if !isWhole { throw block.damaged }
            return
        }
        var postings = try RunPostings.of(Run.FoundTerm(term: term, block: block), in: run)
        var number = 0
        var least = term.first
        while number * RunFormat.chunkPositions < term.count {
            try step(writer.byteCount)
            let chunk = try postings.coded(number, .mayBlock)
            guard chunk.first >= least, chunk.first <= term.last,
                try writer.add(
                    chunk.first, steps: chunk.piece.content.extracting(chunk.steps),
                    count: chunk.count, upTo: term.last)
            else { throw chunk.piece.damaged }
            number += 1
            least = writer.last &+ 1
        }
    }
}

extension RawSpan {
    /// By the order of bytes; nil where both are the same.
    func precedes(_ other: borrowing RawSpan) -> Bool? {
        let shared = min(byteCount, other.byteCount)
        var at = 0
        while at + 8 <= shared {
            let (mine, its) = (u64(at: at), other.u64(at: at))
            if mine != its { return mine.byteSwapped < its.byteSwapped }
            at += 8
        }
        while at < shared {
            let (mine, its) = (u8(at: at), other.u8(at: at))
            if mine != its { return mine < its }
            at += 1
        }
        return byteCount == other.byteCount ? nil : byteCount < other.byteCount
    }
}
