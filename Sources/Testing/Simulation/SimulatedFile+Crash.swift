internal import DaybookBytes
internal import DaybookPlatform

extension SimulatedFile {
    /// Which of the sectors waiting to be written a power cut finds written.
    ///
    /// Sectors chosen one by one would hardly ever give the plain cases, so these are chosen as
    /// such.
    private enum Survival {
        case nothing, everything
        /// The writes before the n-th.
        case before(Int)
        /// The sectors below or from this one on, in their last version.
        case below(Int)
        case from(Int)
        /// Each sector by chance, n times of 16, in any version.
        case each(Int)
    }

    /// One content that a power cut now may leave, by chance.
    ///
    /// The size goes back to what it was after some of the steps. Then each sector holds its durable bytes
    /// or those after one of the writes, never a mixture. A size may have grown without its bytes, which
    /// are zero then; bytes never survive without the size that covers them, nor a cut that came later.
    func afterCrash(_ chance: some Randomness) -> FileImage {
        if pending.isEmpty { return durable }
        var image = durable
        let sized = Self.some(pending.count, chance)
        for case .resize(let size) in pending[..<sized] { image.resize(to: size) }
        let size = image.size
        let writes = writes(around: sized)
        switch survival(of: writes, chance) {
        case .nothing: break
        case .everything:
            for write in writes { image.write(write.bytes.rawSpan, at: write.offset) }
        case .before(let end):
            for write in writes[..<end] { image.write(write.bytes.rawSpan, at: write.offset) }
        case .below(let sector):
            for write in writes { write.put(0..<sector, into: &image) }
        case .from(let sector):
            for write in writes { write.put(sector..<Int.max / Self.sectorBytes, into: &image) }
        case .each(let part):
            putEach(of: writes, part, into: &image, chance)
        }
        image.resize(to: size)
        return image
    }

    /// A number of steps out of `count`: often none or all.
    static func some(_ count: Int, _ chance: some Randomness) -> Int {
        switch chance.next(below: 4) {
        case 0: 0
        case 1: count
        default: chance.next(below: count + 1)
        }
    }

    private struct Write {
        let bytes: [UInt8]
        let offset: Int

        var sectors: Range<Int> {
            let first = offset / sectorBytes
            return first..<first + (bytes.count + sectorBytes - 1) / sectorBytes
        }

        /// Writes those of its sectors that lie in the range.
        func put(_ range: Range<Int>, into image: inout FileImage) {
            let range = sectors.clamped(to: range)
            if range.isEmpty { return }
            let start = range.lowerBound * sectorBytes - offset
            let end = min(range.upperBound * sectorBytes - offset, bytes.count)
            image.write(bytes.rawSpan.extracting(start..<end), at: offset + start)
        }
    }

    /// The writes that may be found in a file whose size is that after `sized` steps: a cut that happened
    /// has taken what was written before it, one that did not comes after nothing.
    private func writes(around sized: Int) -> [Write] {
        var size = durable.size
        var (first, end) = (0, pending.count)
        for (index, change) in pending.enumerated() {
            guard case .resize(let next) = change else { continue }
            if next < size {
                if index < sized { first = index } else { end = min(end, index) }
            }
            size = next
        }
        return pending[first..<end].compactMap { change in
            if case .write(let bytes, let offset) = change {
                Write(bytes: bytes, offset: offset)
            } else {
                nil
            }
        }
    }

    private func survival(of writes: [Write], _ chance: some Randomness) -> Survival {
        guard let low = writes.map(\.sectors.lowerBound).min() else { return .nothing }
        let high = writes.map(\.sectors.upperBound).max()!
        return switch chance.next(below: 8) {
        case 0: .nothing
        case 1: .everything
        case 2: .before(chance.next(below: writes.count + 1))
        case 3: .below(low + chance.next(below: high - low + 1))
        case 4: .from(low + chance.next(below: high - low + 1))
        default: .each(1 + chance.next(below: 15))
        }
    }

    private func putEach(
        of writes: [Write], _ part: Int, into image: inout FileImage, _ chance: some Randomness
    ) {
        var versions: [Int: [Int]] = [:]
        for (index, write) in writes.enumerated() {
            for sector in write.sectors { versions[sector, default: []].append(index) }
        }
        for (sector, candidates) in versions.sorted(by: { $0.key < $1.key })
        where chance.chance(part, in: 16) {
            let chosen = candidates[chance.next(below: candidates.count)]
            writes[chosen].put(sector..<sector + 1, into: &image)
        }
    }
}
