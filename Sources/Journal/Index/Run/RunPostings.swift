internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

/// The positions of a term of a run, ascending, fetched piece by piece.
///
/// A place in it is found by halving its top, one directory and one chunk; what was fetched last is kept, so that
/// neighbours cost no read.
struct RunPostings: Sendable {
    let count: Int
    let first: Position
    let last: Position
    private let pieces: RunPieces
    private let start: Position
    private let isLong: Bool
    private let topPart: (offset: Int, length: Int)
    private var top: RunPiece?
    private var directory: (number: Int, piece: RunPiece)?
    /// The chunk fetched last: its number, and its positions.
    private var chunk: (number: Int, positions: [Position])?

    private init(_ term: RunTerm, of run: Run) {
        count = term.count
        first = term.first
        last = term.last
        start = run.positions.first
        pieces = run.pieces
        if case .long(let offset, let length) = term.list {
            isLong = true
            topPart = (offset, length)
        } else {
            isLong = false
            topPart = (0, 0)
        }
    }

    /// The positions of a term that was found.
    static func of(_ found: Run.FoundTerm, in run: Run) throws(RunFailure) -> RunPostings {
        var postings = RunPostings(found.term, of: run)
        if case .short(let range) = found.term.list, postings.count > 0 {
            let steps = found.block.content.extracting(range)
            guard
                let decoded = decode(
                    steps, from: postings.first, upTo: postings.last, count: postings.count),
                decoded.last == postings.last
            else { throw found.block.damaged }
            postings.chunk = (0, decoded)
        }
        return postings
    }

    /// The ordinal and the position of the first at or after a position, nil where there is none.
    mutating func first(
        atOrAfter position: Position, _ mode: ReadMode
    ) throws(RunFailure) -> (ordinal: Int, position: Position)? {
        guard count > 0, position <= last else { return nil }
        if position <= first { return (0, first) }
        try fetch(holding: position, mode)
        let index = countInChunk(before: position)
        if index < chunk!.positions.count {
            return (chunk!.number * RunFormat.chunkPositions + index, chunk!.positions[index])
        }
        // Behind the last of this chunk, and before the first of the next.
        try fetch(chunk!.number + 1, mode)
        return (chunk!.number * RunFormat.chunkPositions, chunk!.positions[0])
    }

    /// The ordinal and the position of the last at or before a position, nil where there is none.
    mutating func last(
        atOrBefore position: Position, _ mode: ReadMode
    ) throws(RunFailure) -> (ordinal: Int, position: Position)? {
        guard count > 0, position >= first else { return nil }
        if position >= last { return (count - 1, last) }
        try fetch(holding: position, mode)
        let index = countInChunk(before: position + 1) - 1
        guard index >= 0 else { return nil }
        return (chunk!.number * RunFormat.chunkPositions + index, chunk!.positions[index])
    }

    /// How many positions of the chunk fetched last stand before one.
    private func countInChunk(before position: Position) -> Int {
        let positions = chunk!.positions
        var low = 0
        var high = positions.count
        while low < high {
            let middle = (low + high) / 2
            if positions[middle] < position { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The positions from an ordinal on, up to the end of the chunk in which it lies.
    mutating func positions(
        from ordinal: Int, _ mode: ReadMode
    ) throws(RunFailure) -> ArraySlice<Position> {
        guard ordinal < count else { return [] }
        if isLong { try fetch(ordinal / RunFormat.chunkPositions, mode) }
        return chunk!.positions[(ordinal - chunk!.number * RunFormat.chunkPositions)...]
    }

    // MARK: Fetching

    /// Fetches the last chunk that begins at or before a position.
    private mutating func fetch(holding position: Position, _ mode: ReadMode) throws(RunFailure) {
        if !isLong { return }
        if let chunk, chunk.positions[0] <= position, position <= chunk.positions.last! { return }
        let number = max(0, try entry(in: try fetchTop(mode), holding: position))
        let directory = try fetchDirectory(number, mode)
        let place = max(0, try entry(in: directory, holding: position))
        try fetch(number * RunFormat.directoryChunks + place, mode)
    }

    private mutating func fetch(_ number: Int, _ mode: ReadMode) throws(RunFailure) {
        if !isLong || chunk?.number == number { return }
        let coded = try coded(number, mode)
        let steps = coded.piece.content.extracting(coded.steps)
        guard
            let positions = Self.decode(steps, from: coded.first, upTo: last, count: coded.count)
        else { throw coded.piece.damaged }
        chunk = (number, positions)
    }

    /// A chunk of a long list, as it stands there.
    struct CodedChunk {
        var piece: RunPiece
        var first: Position
        /// Where in the piece the steps to the others stand.
        var steps: Range<Int>
        var count: Int
    }

    /// - Parameter number: counted from 0.
    mutating func coded(_ number: Int, _ mode: ReadMode) throws(RunFailure) -> CodedChunk {
        let directory = try fetchDirectory(number / RunFormat.directoryChunks, mode)
        let at = 16 * (number % RunFormat.directoryChunks)
        guard at + 16 <= directory.content.byteCount else { throw directory.damaged }
        let piece = try read(directory.content.u64(at: at + 8), mode)
        let size = min(RunFormat.chunkPositions, count - number * RunFormat.chunkPositions)
        guard size > 0, let (less, stepsAt) = piece.content.varint(at: 0),
            start &+ less == directory.content.u64(at: at)
        else { throw piece.damaged }
        return CodedChunk(
            piece: piece, first: start &+ less, steps: stepsAt..<piece.content.byteCount,
            count: size)
    }

    private mutating func fetchTop(_ mode: ReadMode) throws(RunFailure) -> RunPiece {
        if let top { return top }
        let piece = try pieces.read(topPart.offset, topPart.length, mode)
        top = piece
        return piece
    }

    private mutating func fetchDirectory(
        _ number: Int, _ mode: ReadMode
    ) throws(RunFailure) -> RunPiece {
        if let directory, directory.number == number { return directory.piece }
        let top = try fetchTop(mode)
        guard 16 * number + 16 <= top.content.byteCount else { throw top.damaged }
        let piece = try read(top.content.u64(at: 16 * number + 8), mode)
        directory = (number, piece)
        return piece
    }

    private func read(_ place: UInt64, _ mode: ReadMode) throws(RunFailure) -> RunPiece {
        try pieces.read(Int(place & (1 << 48 - 1)), Int(place >> 48), mode)
    }

    /// The last entry of a top or a directory that begins at or before a position; −1 where none does.
    private func entry(in piece: RunPiece, holding position: Position) throws(RunFailure) -> Int {
        let bytes = piece.content
        guard bytes.byteCount % 16 == 0, bytes.byteCount > 0 else { throw piece.damaged }
        var low = 0
        var high = bytes.byteCount / 16
        while low < high {
            let middle = (low + high) / 2
            if bytes.u64(at: 16 * middle) <= position { low = middle + 1 } else { high = middle }
        }
        return low - 1
    }

    /// Nil where the bytes are not exactly so many positions, ascending.
    private static func decode(
        _ steps: borrowing RawSpan, from first: Position, upTo most: Position, count: Int
    ) -> [Position]? {
        // A step takes a byte at least.
        guard count <= steps.byteCount + 1, first <= most else { return nil }
        var positions: [Position] = []
        positions.reserveCapacity(count)
        positions.append(first)
        var at = 0
        var last = first
        while positions.count < count {
            guard let (step, end) = steps.varint(at: at), step > 0, step <= most - last else {
                return nil
            }
            last += step
            positions.append(last)
            at = end
        }
        return at == steps.byteCount ? positions : nil
    }
}
