internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

/// Goes through all terms of a run in their order, once.
///
/// A class: a merge compares its cursors all the time, and does not copy them for it.
final class RunTermCursor: MergeCursor {
    let run: Run
    private var nextBlock = 0
    private var block: RunPiece?
    private var at = 0
    /// The term where it stands, nil behind the last.
    private(set) var term: RunTerm?

    init(_ run: Run) { self.run = run }

    var isAtEnd: Bool { term == nil }

    /// Goes on to the next term; at first, to the first one. Blocks.
    func advance() throws(RunFailure) {
        while true {
            if let block, at < block.content.byteCount {
                guard let next = RunTerm(decoding: block.content, at: at, of: run.positions),
                    next.order >= term?.order ?? TermOrder(value: 0)
                else { throw block.damaged }
                term = next
                at = next.end
                return
            }
            guard nextBlock < run.termBlockCount else {
                term = nil
                return
            }
            block = try run.termBlock(nextBlock, .mayBlock)
            nextBlock += 1
            at = 0
        }
    }

    /// The term where it stands, as if it had been found.
    var found: Run.FoundTerm? {
        guard let term, let block else { return nil }
        return Run.FoundTerm(term: term, block: block)
    }

    /// Whether it stands before another, by order and name; nil where both stand at the same term.
    func precedes(_ other: RunTermCursor) -> Bool? {
        guard let order = term?.order, let theirs = other.term?.order else { return nil }
        if order != theirs { return order < theirs }
        guard let name = term?.name, let block, let others = other.block,
            let theirName = other.term?.name
        else { return nil }
        return block.content.extracting(name).precedes(others.content.extracting(theirName))
    }

    /// Adds all positions of the term where it stands.
    /// - Parameter step: called between the chunks of a long list.
    func copyPositions(
        to writer: inout RunWriter, _ step: () throws(RunFailure) -> Void
    ) throws(RunFailure) {
        guard let term, let block, term.count > 0 else { return }
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
            try step()
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
