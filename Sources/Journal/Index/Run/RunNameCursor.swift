internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

/// Goes through the names of a run, by kind and then by the order of bytes, from any of them on.
struct RunNameCursor {
    private let run: Run
    private var blockNumber: Int
    private var block: RunPiece?
    private var at = 0
    /// The name where it stands, nil behind the last.
    private(set) var name: RunName?

    /// Begins in the block with the first name that is not before one.
    init(_ run: Run, atOrAfter name: [UInt8] = [], of kind: UInt8 = 0) {
        self.run = run
        var low = 0
        var high = run.nameFences.count
        while low < high {
            let middle = (low + high) / 2
            let fence = run.nameFences[middle]
            let isAfter =
                fence.kind != kind ? fence.kind > kind : name.lexicographicallyPrecedes(fence.name)
            if isAfter { high = middle } else { low = middle + 1 }
        }
        // The first block that begins behind it; it lies in the one before, if anywhere.
        blockNumber = max(0, low - 1)
    }

    /// Goes on to the next name; at first, to the first of the block where it begins.
    mutating func advance(_ mode: ReadMode) throws(RunFailure) {
        while true {
            if block == nil {
                guard blockNumber < run.nameFences.count else {
                    name = nil
                    return
                }
                let fence = run.nameFences[blockNumber]
                block = try run.pieces.read(fence.offset, fence.length, mode)
                at = 0
                name = RunName()
            }
            guard let block else { return }
            if at < block.content.byteCount {
                guard let end = name?.decode(block.content, at: at) else { throw block.damaged }
                at = end
                return
            }
            self.block = nil
            blockNumber += 1
        }
    }

    /// Goes on to the first name that is not before one.
    mutating func advance(
        to wanted: [UInt8], of kind: UInt8, _ mode: ReadMode
    ) throws(RunFailure) {
        if name == nil { try advance(mode) }
        while let name, name.precedes(kind, wanted) { try advance(mode) }
    }
}

extension Run {
    /// What is kept under a name, nil where it is not there.
    func value(
        _ kind: RunName.Kind, _ name: [UInt8], _ mode: ReadMode
    ) throws(RunFailure) -> [UInt8]? {
        var cursor = RunNameCursor(self, atOrAfter: name, of: kind.rawValue)
        try cursor.advance(to: name, of: kind.rawValue, mode)
        guard let found = cursor.name, found.kind == kind.rawValue, found.name == name else {
            return nil
        }
        return found.value
    }
}
