internal import DaybookBytes
internal import DaybookPlatform

/// The two contents of a file, the one that readers see and the one that a power cut leaves, and in which
/// steps the first has moved away from the second.
struct SimulatedFile: Sendable {
    /// What a disk writes whole or not at all.
    static let sectorBytes = 512

    /// A step not yet synced.
    ///
    /// A write holds whole sectors as they were after it, up to the end of the file: what a disk
    /// may find in its queue.
    enum Change: Sendable {
        case resize(to: Int)
        case write([UInt8], at: Int)
    }

    private(set) var visible = FileImage()
    private(set) var durable = FileImage()
    private(set) var pending: [Change] = []
    /// The numbers of blocks that were given back, and not written to since.
    private var holes: Set<Int> = []
    private static let blockBytes = 4096

    init() {}

    /// A file on which everything is durable.
    init(durable: FileImage) {
        visible = durable
        self.durable = durable
    }

    mutating func write(_ bytes: borrowing RawSpan, at offset: Int) {
        if bytes.byteCount == 0 { return }
        let end = offset + bytes.byteCount
        if end > visible.size { resize(to: end) }
        if !holes.isEmpty {
            holes.subtract(offset / Self.blockBytes...(end - 1) / Self.blockBytes)
        }
        visible.write(bytes, at: offset)
        let first = offset / Self.sectorBytes * Self.sectorBytes
        let last = (end + Self.sectorBytes - 1) / Self.sectorBytes * Self.sectorBytes
        pending.append(.write(visible.bytes(in: first..<last), at: first))
    }

    mutating func resize(to size: Int) {
        if size == visible.size { return }
        holes = holes.filter { ($0 + 1) * Self.blockBytes <= size }
        visible.resize(to: size)
        pending.append(.resize(to: size))
    }

    /// Bytes that it takes on the device.
    var allocatedBytes: Int { visible.size - holes.count * Self.blockBytes }

    /// Takes the blocks in a range from it, which are zero from then on.
    mutating func giveBack(_ range: Range<Int>) {
        let range = range.clamped(to: 0..<visible.size)
        let bytes = visible.bytes(in: range)
        if !bytes.rawSpan.isZero(0..<bytes.count) {
            let zeros = [UInt8](repeating: 0, count: range.count)
            write(zeros.rawSpan, at: range.lowerBound)
        }
        let first = (range.lowerBound + Self.blockBytes - 1) / Self.blockBytes
        holes.formUnion(first..<max(first, range.upperBound / Self.blockBytes))
    }

    /// All that was written is on the disk now, but for what an earlier failed sync forgot.
    mutating func sync() {
        for change in pending { Self.apply(change, to: &durable) }
        durable.resize(to: visible.size)
        pending = []
    }

    /// What a failed fsync does on ext4, XFS and Btrfs alike: the pages count as clean, readers go on seeing
    /// them, and no later sync writes them. (A later write to the same sector carries its content along.)
    mutating func failSync() { pending = [] }

    private static func apply(_ change: Change, to image: inout FileImage) {
        switch change {
        case .resize(let size): image.resize(to: size)
        case .write(let bytes, let offset): image.write(bytes.rawSpan, at: offset)
        }
    }
}

extension SimulatedFile {
    /// Rots one bit, on the disk and in what readers see.
    mutating func flip(_ bit: Int, at offset: Int) {
        Self.flip(bit, at: offset, in: &visible)
        Self.flip(bit, at: offset, in: &durable)
    }

    private static func flip(_ bit: Int, at offset: Int, in image: inout FileImage) {
        guard offset < image.size else { return }
        let byte = image.bytes(in: offset..<offset + 1)[0]
        image.write([byte ^ (1 << UInt8(bit))].rawSpan, at: offset)
    }
}
