internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

/// What of a file the device cannot read any more, as whoever read around it has met it.
struct LostSectors {
    /// What a device loses at once, and the page cache reads at once.
    static let byteCount = 4096
    /// Behind so many in a row only some are tried, ever farther apart: each takes the device seconds.
    static let inARowMax = 16
    /// They are no farther apart than this.
    static let stepMax = 1 << 20

    private var ranges: [Range<Int>] = []
    /// What the system said of the last of them; nil: there is none.
    private(set) var errno: Errno?

    /// How far behind the last one of so many in a row the next is tried.
    static func step(behind inARow: Int) -> Int {
        inARow < inARowMax ? byteCount : min(stepMax, byteCount << min(inARow - inARowMax + 1, 16))
    }

    mutating func add(_ range: Range<Int>, _ errno: Errno) {
        self.errno = errno
        if let last = ranges.last,
            last.contains(range.lowerBound) || last.upperBound == range.lowerBound
        {
            ranges[ranges.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
        } else if !ranges.contains(where: { $0.contains(range.lowerBound) }) {
            ranges.append(range)
        }
    }

    /// The first that touches a range.
    func first(in range: Range<Int>) -> Range<Int>? { ranges.first { $0.overlaps(range) } }

    /// In words, of the first that touches a range; nil where none does.
    func why(_ range: Range<Int>) -> String? {
        guard let errno, let lost = first(in: range) else { return nil }
        return "the device cannot read bytes \(lost.lowerBound) to \(lost.upperBound - 1) of the "
            + "file (\(errno))"
    }
}

extension OpenFile {
    /// Up to `count` bytes from `offset`, fewer only where the file ends; zeros in the place of those that the device cannot
    /// read. For whoever tells what is left, never to serve it.
    /// - Throws: what is no lost sector.
    func readAround(
        _ count: Int, at offset: Int, _ lost: inout LostSectors
    ) throws(Errno) -> SharedBytes {
        do throws(Errno) { return try read(count, at: offset) } catch {
            if !error.isLostSector { throw error }
        }
        let end = min(offset + count, try size())
        var bytes = ByteWriter(capacity: max(0, end - offset))
        var at = offset
        var inARow = 0
        while at < end {
            let sector = at / LostSectors.byteCount * LostSectors.byteCount
            var next = min(end, sector + LostSectors.byteCount)
            do throws(Errno) {
                let piece = try read(next - at, at: at)
                bytes.append(piece.bytes)
                if piece.count < next - at { break }
                inARow = 0
            } catch {
                if !error.isLostSector { throw error }
                inARow += 1
                next = min(end, sector + LostSectors.step(behind: inARow))
                lost.add(sector..<next, error)
                bytes.appendZeros(next - at)
            }
            at = next
        }
        return bytes.finish()
    }
}
