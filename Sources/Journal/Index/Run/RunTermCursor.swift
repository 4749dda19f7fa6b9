internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

/// Goes through all terms of a run in their order, once.
struct RunTermCursor {
    let run: Run
    private var blockNumber = -1
    private var block: RunPiece?
    private var at = 0
    /// The term where it stands, nil behind the last.
    private(set) var term: RunTerm?

    init(_ run: Run) { self.run = run }

    /// Goes on to the next term; at first, to the first one. Blocks.
    mutating func advance() throws(RunFailure) {
        while true {
            if let block, at < block.content.byteCount {
                let start = run.positions.lowerBound
                guard let next = RunTerm(decoding: block.content, at: at, start: start),
                    next.order >= term?.order ?? TermOrder(value: 0)
                else { throw block.damaged }
                term = next
                at = next.end
                return
            }
            blockNumber += 1
            guard blockNumber < run.termBlockCount else {
                term = nil
                return
            }
            block = try run.termBlock(blockNumber, .mayBlock)
            at = 0
        }
    }

    /// The term where it stands, as if it had been found.
    var found: Run.FoundTerm? {
        guard let term, let block else { return nil }
        return Run.FoundTerm(term: term, block: block)
    }

    /// Whether its name comes before that of another cursor, which stands at a term of the same order; nil where it is
    /// the same name.
    func precedes(_ other: RunTermCursor) -> Bool? {
        guard let found, let others = other.found else { return nil }
        let mine = found.block.content.extracting(found.term.name)
        let its = others.block.content.extracting(others.term.name)
        return mine.precedes(its)
    }

    /// Adds all positions of the term where it stands.
    func copyPositions(to writer: inout RunWriter) throws(RunFailure) {
        guard let found, found.term.count > 0 else { return }
        var postings = try RunPostings.of(found, in: run)
        var ordinal = 0
        while ordinal < postings.count {
            let positions = try postings.positions(from: ordinal, .mayBlock)
            for position in positions { try writer.add(position) }
            ordinal += positions.count
        }
    }
}

extension RawSpan {
    /// By the order of bytes; nil where both are the same.
    func precedes(_ other: borrowing RawSpan) -> Bool? {
        let shared = min(byteCount, other.byteCount)
        for at in 0..<shared where u8(at: at) != other.u8(at: at) {
            return u8(at: at) < other.u8(at: at)
        }
        return byteCount == other.byteCount ? nil : byteCount < other.byteCount
    }
}
