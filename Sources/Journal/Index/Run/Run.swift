internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform
internal import Synchronization

/// Why a run gave no answer, or was not written.
enum RunFailure: Error {
    /// It would have had to wait for the device: ask again where that is allowed.
    case wouldBlock
    /// The system refused to read it.
    case failed(Errno)
    /// The system refused to write it.
    case unwritable(Errno)
    /// The bytes at this offset are not what was written, or the device cannot read them any more: then with what it
    /// said.
    case damaged(path: String, offset: Int, why: String, errno: Errno? = nil)
    /// Writing it was called off.
    case stopped

    /// What the system said when some of it was to be read. What the device cannot read is lost like what it reads
    /// wrong; anything else may go well another time.
    static func reading(_ path: String, offset: Int, _ errno: Errno) -> RunFailure {
        if !errno.isLostSector { return .failed(errno) }
        return .damaged(
            path: path, offset: offset, why: "the system said '\(errno)'", errno: errno)
    }

    /// In words.
    var why: String {
        switch self {
        case .wouldBlock: "it would have had to wait"
        case .failed(let errno), .unwritable(let errno): "the system said '\(errno)'"
        case .damaged(let path, let offset, let why, _): "\(path), offset \(offset): \(why)"
        case .stopped: "it was called off"
        }
    }
}

/// The index of a stretch of the journal, on disk, immutable.
///
/// In memory: 20 bytes a block of 2 KiB, the first names of the blocks of names, and the filter. Finding a term
/// takes one block, its positions none if they are few, else two or three pieces more.
final class Run: Sendable {
    let file: OpenFile
    let footer: RunFooter
    let byteCount: Int
    private let fences: Fences
    let nameFences: [NameFence]
    private let filter: RunFilter?
    /// Categories and types that were looked up, by the hash of the name: there are few, and they are asked for again and
    /// again.
    private let few = Mutex<[UInt64: FoundTerm]>([:])
    private static let fewMax = 64

    private struct Fences: Sendable {
        var orders: [UInt64] = []
        var offsets: [UInt64] = []
        var lengths: [UInt32] = []
    }

    struct NameFence: Sendable {
        var offset: Int
        var length: Int
        var kind: UInt8
        var name: [UInt8]
    }

    var positions: PositionSpan { footer.extent.positions }
    var termCount: Int { footer.termCount }
    /// Bytes of memory it holds, about.
    var memoryBytes: Int {
        fences.orders.count * 20 + (filter?.words.count ?? 0) * 8
            + nameFences.reduce(0) { $0 + 64 + $1.name.count }
    }

    private init(
        _ file: OpenFile, _ footer: RunFooter, byteCount: Int, _ fences: Fences,
        _ nameFences: [NameFence], _ filter: RunFilter?
    ) {
        self.file = file
        self.footer = footer
        self.byteCount = byteCount
        self.fences = fences
        self.nameFences = nameFences
        self.filter = filter
    }

    /// Opens a run. Blocks.
    /// - Parameter filterBytesMax: a longer filter stays on disk, and every name is looked up.
    static func open(
        _ disk: any Disk, _ path: String, filterBytesMax: Int = .max
    ) throws(RunFailure) -> Run {
        let file: OpenFile
        let byteCount: Int
        let end: SharedBytes
        do throws(Errno) {
            file = try OpenFile(disk, path, .read)
            byteCount = try file.size()
            let at = max(0, byteCount - RunFormat.footerBytes)
            end = try file.read(RunFormat.footerBytes, at: at)
        } catch {
            throw .reading(path, offset: 0, error)
        }
        guard let footer = RunFooter(decoding: end.bytes),
            (0...byteCount / RunTerm.headerBytes).contains(footer.termCount)
        else {
            throw .damaged(
                path: path, offset: byteCount, why: "it has no whole footer of a version known here"
            )
        }
        let reader = RunPieces(file: file, byteCount: byteCount, randomID: footer.randomID)
        let terms = try reader.read(footer.termFences.offset, footer.termFences.length, .mayBlock)
        guard let fences = fences(terms.content, count: footer.termFences.count) else {
            throw .damaged(
                path: path, offset: footer.termFences.offset, why: "its fences cannot be read")
        }
        let names = try reader.read(footer.nameFences.offset, footer.nameFences.length, .mayBlock)
        guard let nameFences = nameFences(names.content, count: footer.nameFences.count) else {
            throw .damaged(
                path: path, offset: footer.nameFences.offset, why: "its fences cannot be read")
        }
        var filter: RunFilter?
        // The limit is one of the filter, not of the piece in which it lies.
        if footer.filter.length &- RunFormat.pieceHeaderBytes <= filterBytesMax {
            filter = try Self.filter(footer, reader)
        }
        return Run(file, footer, byteCount: byteCount, fences, nameFences, filter)
    }

    private static func filter(
        _ footer: RunFooter, _ pieces: RunPieces
    ) throws(RunFailure) -> RunFilter {
        let (offset, path) = (footer.filter.offset, pieces.file.path)
        let bits = try pieces.read(offset, footer.filter.length, .mayBlock)
        guard let filter = RunFilter(decoding: bits.content) else {
            throw .damaged(path: path, offset: offset, why: "its filter cannot be read")
        }
        return filter
    }

    /// Its filter as it lies on the disk, however long it is. Blocks.
    func storedFilter() throws(RunFailure) -> RunFilter { try Self.filter(footer, pieces) }

    private static func fences(_ bytes: borrowing RawSpan, count: Int) -> Fences? {
        guard bytes.byteCount == 24 * count else { return nil }
        var fences = Fences()
        fences.orders.reserveCapacity(count)
        fences.offsets.reserveCapacity(count)
        fences.lengths.reserveCapacity(count)
        for at in stride(from: 0, to: bytes.byteCount, by: 24) {
            fences.orders.append(bytes.u64(at: at))
            fences.offsets.append(bytes.u64(at: at + 8))
            fences.lengths.append(bytes.u32(at: at + 16))
        }
        return fences
    }

    private static func nameFences(_ bytes: borrowing RawSpan, count: Int) -> [NameFence]? {
        var fences: [NameFence] = []
        var at = 0
        for _ in 0..<count {
            guard at + 13 <= bytes.byteCount, let (length, nameAt) = bytes.varint(at: at + 13),
                length <= UInt64(bytes.byteCount - nameAt)
            else { return nil }
            let end = nameAt + Int(length)
            fences.append(
                NameFence(
                    offset: Int(truncatingIfNeeded: bytes.u64(at: at)),
                    length: Int(bytes.u32(at: at + 8)), kind: bytes.u8(at: at + 12),
                    name: bytes.extracting(nameAt..<end).copied()))
            at = end
        }
        return at == bytes.byteCount ? fences : nil
    }

    // MARK: Terms

    /// A term that was found, with the block in which it lies.
    struct FoundTerm: Sendable {
        var term: RunTerm
        var block: RunPiece

        fileprivate func has(_ name: borrowing RawSpan, _ kind: UInt8) -> Bool {
            term.order.kind == kind && block.content.extracting(term.name).isEqual(to: name)
        }
    }

    /// The term of a name; nil where no event has it.
    /// - Parameter hash: of the name as this kind, where the caller has it.
    func find(
        _ kind: UInt8, _ name: borrowing RawSpan, hash: UInt64? = nil, _ mode: ReadMode
    ) throws(RunFailure) -> FoundTerm? {
        let whole = hash ?? footer.hash.whole(name, kind)
        if let filter, !filter.mayContain(whole) { return nil }
        let isOfFew = kind & 7 == TermKind.category.rawValue || kind & 7 == TermKind.type.rawValue
        if isOfFew, let known = few.withLock({ $0[whole] }), known.has(name, kind) { return known }
        let order = TermOrder(kind: kind, hash: footer.hash.order(whole))
        var number = firstBlock(with: order)
        while number < fences.orders.count && fences.orders[number] <= order.value {
            let block = try termBlock(number, mode)
            if let term = try Self.find(order, name, in: block, of: positions) {
                let found = FoundTerm(term: term, block: block)
                if isOfFew { few.withLock { if $0.count < Self.fewMax { $0[whole] = found } } }
                return found
            }
            number += 1
        }
        return nil
    }

    /// Starts reading where the term of a name lies, without waiting, for whoever looks for it next.
    func startReading(_ kind: UInt8, _ name: borrowing RawSpan) {
        let whole = footer.hash.whole(name, kind)
        if let filter, !filter.mayContain(whole) { return }
        let order = TermOrder(kind: kind, hash: footer.hash.order(whole))
        let number = firstBlock(with: order)
        if number == fences.orders.count { return }
        let offset = Int(truncatingIfNeeded: fences.offsets[number])
        file.startReadahead(offset..<offset + Int(fences.lengths[number]))
    }

    /// Whether it may have any of some names.
    /// - Parameter hashes: of the names, each as its kind.
    func mayHaveAny(of hashes: some Sequence<UInt64>) -> Bool {
        guard let filter else { return true }
        var isAny = false
        // All, so that the processor waits for memory for some at once, and the filter is near when each is looked up.
        for hash in hashes where filter.mayContain(hash) { isAny = true }
        return isAny
    }

    private static func find(
        _ order: TermOrder, _ name: borrowing RawSpan, in block: RunPiece,
        of positions: PositionSpan
    ) throws(RunFailure) -> RunTerm? {
        let bytes = block.content
        var at = 0
        while at < bytes.byteCount {
            guard let (found, end) = RunTerm.peek(bytes, at: at) else { throw block.damaged }
            if found > order { return nil }
            if found == order {
                guard let term = RunTerm(decoding: bytes, at: at, of: positions) else {
                    throw block.damaged
                }
                if bytes.extracting(term.name).isEqual(to: name) { return term }
            }
            at = end
        }
        return nil
    }

    /// The block in which terms of an order may begin: the one before the first fence that has it.
    private func firstBlock(with order: TermOrder) -> Int {
        max(0, firstFence(atOrAfter: order.value) - 1)
    }

    private func firstFence(atOrAfter order: UInt64) -> Int {
        var low = 0
        var high = fences.orders.count
        while low < high {
            let middle = (low + high) / 2
            if fences.orders[middle] < order { low = middle + 1 } else { high = middle }
        }
        return low
    }

    var termBlockCount: Int { fences.orders.count }
    /// The block with the first terms of a kind, and those behind it.
    func termBlocks(ofKind kind: UInt8) -> Range<Int> {
        let first = firstFence(atOrAfter: TermOrder(kind: kind, hash: 0).value)
        return max(0, first - 1)..<firstFence(atOrAfter: TermOrder(kind: kind + 1, hash: 0).value)
    }

    /// All terms of a kind: the name, and how many events have it.
    func forEachTerm(
        ofKind kind: UInt8, _ mode: ReadMode, _ body: ([UInt8], Int) -> Void
    ) throws(RunFailure) {
        for number in termBlocks(ofKind: kind) {
            let block = try termBlock(number, mode)
            var at = 0
            while at < block.content.byteCount {
                let decoded = RunTerm(decoding: block.content, at: at, of: positions)
                guard let term = decoded else { throw block.damaged }
                if term.order.kind == kind {
                    body(block.content.extracting(term.name).copied(), term.count)
                }
                at = term.end
            }
        }
    }

    func termBlock(_ number: Int, _ mode: ReadMode) throws(RunFailure) -> RunPiece {
        let offset = Int(truncatingIfNeeded: fences.offsets[number])
        return try pieces.read(offset, Int(fences.lengths[number]), mode)
    }

    var pieces: RunPieces {
        RunPieces(file: file, byteCount: byteCount, randomID: footer.randomID)
    }
}

/// Reads the checked pieces of a run.
struct RunPieces: Sendable {
    let file: OpenFile
    let byteCount: Int
    let randomID: UInt64

    func read(_ offset: Int, _ length: Int, _ mode: ReadMode) throws(RunFailure) -> RunPiece {
        let bytes: SharedBytes
        guard offset >= 0, length >= RunFormat.pieceHeaderBytes, length <= byteCount,
            offset <= byteCount - length
        else {
            throw .damaged(path: file.path, offset: offset, why: "a piece cannot lie there")
        }
        do throws(Errno) { bytes = try file.read(length, at: offset, mode) } catch {
            if error == .EAGAIN && mode == .cachedOnly { throw .wouldBlock }
            throw .reading(file.path, offset: offset, error)
        }
        guard bytes.count == length, Int(bytes.bytes.u32(at: 4)) == length,
            RunFormat.checksum(of: bytes.bytes, run: randomID, offset: offset)
                == bytes.bytes.u32(at: 0)
        else { throw .damaged(path: file.path, offset: offset, why: "the checksum does not match") }
        return RunPiece(bytes: bytes, offset: offset, path: file.path)
    }
}

/// A checked piece.
struct RunPiece: Sendable {
    let bytes: SharedBytes
    let offset: Int
    let path: String

    var content: RawSpan {
        @_lifetime(borrow self)
        borrowing get {
            // Safe: the span lies in the bytes, which live as long as self.
            let span = bytes.bytes.extracting(RunFormat.pieceHeaderBytes..<bytes.count)
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }

    /// What cannot be read in spite of its checksum.
    var damaged: RunFailure {
        .damaged(path: path, offset: offset, why: "its fields cannot be read")
    }
}
