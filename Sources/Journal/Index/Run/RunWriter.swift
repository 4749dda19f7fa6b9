internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

/// Writes a run from front to back: its terms in order, then its names in order, then what leads to them.
///
/// Memory: a megabyte, 24 bytes a block of 2 KiB, and the filter.
struct RunWriter: ~Copyable {
    private var output: RunOutput
    private var footer: RunFooter
    private var filter: RunFilter
    /// Hashes that are not in the filter yet. Each goes to another place in memory: of many at a time, by themselves, the
    /// processor waits for some at once.
    private var unfiltered: [UInt64] = []
    private static let unfilteredMax = 256

    /// The block of terms, later of names, that is being filled.
    private var block = ByteWriter(capacity: 8192)
    private var blockOrder: TermOrder?
    private var lastOrder = TermOrder(value: 0)
    private var fences = ByteWriter(capacity: 4096)

    // The term that is being written.
    private var isLong = false
    private var first: Position = 0
    /// The position added last.
    private(set) var last: Position = 0
    private var written = 0
    private var count = 0
    private var delta: StreamDelta?
    private var termAt = 0
    /// Its steps, where its list is short; else the chunk that is being filled.
    private var steps = ByteWriter(capacity: 4096)
    private var chunkFirst: Position = 0
    private var directory = ByteWriter(capacity: 4096)
    private var directoryFirst: Position = 0
    private var top = ByteWriter(capacity: 256)

    private var lastName: [UInt8] = []
    private var nameFence = ByteWriter(capacity: 256)

    /// Makes the file of a run. It stays where writing fails or is given up, and its name is made durable by whoever
    /// wants it.
    /// - Parameters:
    ///   - terms: about as many as will be written; the filter is made for so many, and lets more through of more.
    ///   - filterBytesMax: the filter is no longer.
    static func create(
        _ disk: any Disk, _ path: String, _ extent: RunExtent, randomID: UInt64, hash: NameHash,
        terms: Int, filterBytesMax: Int = .max
    ) throws(RunFailure) -> RunWriter {
        let output = try RunOutput.create(disk, path, randomID: randomID)
        return RunWriter(
            output, RunFooter(extent: extent, randomID: randomID, hash: hash),
            RunFilter(names: terms, bytesMax: filterBytesMax))
    }

    private init(_ output: consuming RunOutput, _ footer: RunFooter, _ filter: RunFilter) {
        self.output = output
        self.footer = footer
        self.filter = filter
    }

    /// Bytes of the pieces that are whole.
    var byteCount: Int { output.byteCount }

    // MARK: Terms

    /// Begins the next term, by order and name.
    /// - Parameters:
    ///   - hash: the whole hash of its kind and name.
    ///   - count: exactly as many positions as will be added.
    ///   - delta: of a stream, and only of one.
    mutating func beginTerm(
        _ order: TermOrder, _ name: borrowing RawSpan, hash: UInt64, count: Int,
        delta: StreamDelta? = nil
    ) throws(RunFailure) {
        precondition(order >= lastOrder, "terms come in their order")
        let isStream = order.kind == TermKind.stream.rawValue
        precondition(
            isStream ? delta?.count == count : delta == nil,
            "a stream, and nothing else, has a delta, of as many events as it has positions")
        lastOrder = order
        if block.count >= RunFormat.blockBytes { try endTermBlock() }
        if blockOrder == nil { blockOrder = order }
        unfiltered.append(hash)
        if unfiltered.count == Self.unfilteredMax { fillFilter() }
        isLong = count > RunFormat.inlinePositionsMax
        termAt = block.count
        block.append(order.hash)
        block.append(order.kind | (isLong ? 64 : 0))
        block.append(UInt16(0))
        block.appendVarint(UInt64(name.byteCount))
        block.append(name)
        block.appendVarint(UInt64(count))
        self.count = count
        self.delta = delta
        written = 0
        steps.removeAll()
        directory.removeAll()
        top.removeAll()
    }

    private mutating func fillFilter() {
        for hash in unfiltered { filter.insert(hash) }
        unfiltered.removeAll(keepingCapacity: true)
    }

    /// The next position of the term.
    mutating func add(_ position: Position) throws(RunFailure) {
        if written == 0 { first = position }
        if isLong && written % RunFormat.chunkPositions == 0 {
            if written > 0 { try endChunk() }
            chunkFirst = position
            steps.appendVarint(position - footer.extent.positions.first)
        } else if written > 0 {
            precondition(position > last, "positions ascend")
            steps.appendVarint(position - last)
        }
        last = position
        written += 1
    }

    /// The next positions of the term: the first of them, and the steps to the others as lists have them.
    /// - Parameters:
    ///   - count: how many, with the first.
    ///   - most: the last of them, or more where the term's list is a long one.
    /// - Returns: false where they are not so many, as far as it is found out: for a short list they are not taken
    ///   apart.
    mutating func add(
        _ first: Position, steps more: borrowing RawSpan, count: Int, upTo most: Position
    ) throws(RunFailure) -> Bool {
        try add(first)
        if !isLong {
            guard more.byteCount >= count - 1, more.byteCount <= 10 * (count - 1) else {
                return false
            }
            steps.append(more)
            last = most
            written += count - 1
            return true
        }
        var at = 0
        // What was passed from here on is copied in one go.
        var copied = 0
        for _ in 1..<count {
            guard let (step, end) = more.varint(at: at), step > 0, step <= most - last else {
                return false
            }
            let position = last + step
            if written % RunFormat.chunkPositions == 0 {
                steps.append(more.extracting(copied..<at))
                try add(position)
                copied = end
            } else {
                last = position
                written += 1
            }
            at = end
        }
        steps.append(more.extracting(copied..<at))
        return at == more.byteCount
    }

    /// Ends the term.
    mutating func endTerm() throws(RunFailure) {
        precondition(written == count, "a term has as many positions as it said")
        if count > 0 {
            block.appendVarint(first - footer.extent.positions.first)
            block.appendVarint(last - first)
        }
        if let delta { delta.encode(into: &block) }
        if isLong {
            try endChunk()
            try endDirectory()
            let part = try output.emit(top)
            block.appendVarint(UInt64(part.offset))
            block.appendVarint(UInt64(part.length))
        } else {
            block.append(contentsOf: steps)
        }
        block.patch(UInt16(block.count - termAt), at: termAt + 5)
        footer.termCount += 1
    }

    private mutating func endChunk() throws(RunFailure) {
        let part = try output.emit(steps)
        steps.removeAll()
        if directory.count == 0 { directoryFirst = chunkFirst }
        directory.append(chunkFirst)
        directory.append(UInt64(part.offset) | UInt64(part.length) << 48)
        if directory.count == 16 * RunFormat.directoryChunks { try endDirectory() }
    }

    private mutating func endDirectory() throws(RunFailure) {
        if directory.count == 0 { return }
        let part = try output.emit(directory)
        directory.removeAll()
        top.append(directoryFirst)
        top.append(UInt64(part.offset) | UInt64(part.length) << 48)
    }

    private mutating func endTermBlock() throws(RunFailure) {
        guard let order = blockOrder else { return }
        let part = try output.emit(block)
        fences.append(order.value)
        fences.append(UInt64(part.offset))
        fences.append(UInt32(part.length))
        fences.append(UInt32(0))
        footer.termFences.count += 1
        block.removeAll()
        blockOrder = nil
    }

    // MARK: Names

    /// Ends the terms; names follow.
    mutating func endTerms() throws(RunFailure) {
        try endTermBlock()
        let part = try output.emit(fences)
        footer.termFences.offset = part.offset
        footer.termFences.length = part.length
        fences.removeAll()
    }

    /// The next name, by kind and then by the order of bytes.
    mutating func addName(
        _ kind: UInt8, _ name: borrowing RawSpan, value: borrowing RawSpan
    ) throws(RunFailure) {
        if block.count >= RunFormat.blockBytes { try endNameBlock() }
        var shared = 0
        if block.count == 0 {
            nameFence.removeAll()
            nameFence.append(kind)
            nameFence.appendVarint(UInt64(name.byteCount))
            nameFence.append(name)
        } else {
            let most = min(lastName.count, name.byteCount)
            while shared < most && lastName[shared] == name.u8(at: shared) { shared += 1 }
        }
        RunName.encode(kind, name, shared: shared, value: value, into: &block)
        lastName.removeSubrange(shared...)
        lastName.append(contentsOf: name.extracting(shared..<name.byteCount))
    }

    private mutating func endNameBlock() throws(RunFailure) {
        if block.count == 0 { return }
        let part = try output.emit(block)
        fences.append(UInt64(part.offset))
        fences.append(UInt32(part.length))
        fences.append(contentsOf: nameFence)
        footer.nameFences.count += 1
        block.removeAll()
        lastName.removeAll()
    }

    // MARK: The end

    /// Writes what leads to terms and names, and makes all of it durable.
    /// - Returns: the length of the file.
    consuming func finish() throws(RunFailure) -> Int {
        try endNameBlock()
        fillFilter()
        filter.shrink(to: footer.termCount)
        let names = try output.emit(fences)
        footer.nameFences.offset = names.offset
        footer.nameFences.length = names.length
        var bits = ByteWriter(capacity: filter.words.count * 8)
        for word in filter.words { bits.append(word) }
        let part = try output.emit(bits)
        footer.filter.offset = part.offset
        footer.filter.length = part.length
        return try output.finish(footer)
    }
}

/// The file of a run as it grows.
private struct RunOutput: ~Copyable {
    private let file: OpenFile
    private let randomID: UInt64
    /// What was not written to the file yet, and where it begins there.
    private var out = ByteWriter(capacity: 2 << 20)
    private var base = 0
    private static let bytesMax = 1 << 20

    var byteCount: Int { base + out.count }

    private init(_ file: OpenFile, randomID: UInt64) {
        self.file = file
        self.randomID = randomID
    }

    static func create(
        _ disk: any Disk, _ path: String, randomID: UInt64
    ) throws(RunFailure) -> RunOutput {
        do throws(Errno) {
            return RunOutput(try OpenFile(disk, path, .createNew), randomID: randomID)
        } catch {
            throw .unwritable(error)
        }
    }

    /// Writes a checked piece: where it lies, and how long it is with its header.
    mutating func emit(
        _ content: borrowing ByteWriter
    ) throws(RunFailure) -> (offset: Int, length: Int) {
        if out.count >= Self.bytesMax { try flush() }
        let start = out.count
        let length = RunFormat.pieceHeaderBytes + content.count
        out.append(UInt32(0))
        out.append(UInt32(length))
        out.append(contentsOf: content)
        let offset = base + start
        let checksum = RunFormat.checksum(
            of: out.bytes.extracting(start..<out.count), run: randomID, offset: offset)
        out.patch(checksum, at: start)
        return (offset, length)
    }

    /// Writes the footer, and makes the file durable.
    /// - Returns: its length.
    consuming func finish(_ footer: RunFooter) throws(RunFailure) -> Int {
        out.append(footer.encoded().bytes)
        try flush()
        do throws(Errno) { try file.sync() } catch { throw .unwritable(error) }
        return base
    }

    private mutating func flush() throws(RunFailure) {
        do throws(Errno) { try file.writeAll(out.bytes, at: base) } catch {
            throw .unwritable(error)
        }
        // So that the sync at the end finds little left to do, and others on the device do not wait for it.
        file.startWriteback(base..<base + out.count)
        base += out.count
        out.removeAll()
    }
}
