package import DaybookPlatform
internal import Synchronization

/// Keeps some of the files open that lapse: beyond `countMax` those that were not read for longest are closed. What is
/// being read at that moment stays open until it was read.
package final class FileCache: Sendable {
    package let disk: any Disk
    package let countMax: Int
    private let slots = Mutex<[DescriptorSlot]>([])
    /// So large a part of the files is closed at once: to find the oldest takes a look at all.
    private static let closedShare = 8

    package init(_ disk: any Disk, countMax: Int) {
        self.disk = disk
        self.countMax = countMax
    }

    /// How many are open, those aside that are closed once they were read.
    package var count: Int { slots.withLock { $0.count } }

    /// Opens a file for reading. Where the process may have no more files open, others make room.
    func open(_ path: String) throws(Errno) -> FileID {
        while true {
            let before = count
            do throws(Errno) { return try disk.open(path, .read) } catch {
                guard error.isTooManyFiles, before > 0 else { throw error }
                closeOldest(before / 2 + 1)
            }
        }
    }

    /// Takes in a file that was opened.
    func add(_ slot: DescriptorSlot) {
        slot.noteOpening()
        let count = slots.withLock { slots in
            slots.append(slot)
            return slots.count
        }
        if count > countMax { closeOldest(max(count - countMax, countMax / Self.closedShare)) }
    }

    func remove(_ slot: DescriptorSlot) {
        slots.withLock { slots in
            guard let place = slots.firstIndex(where: { $0 === slot }) else { return }
            slots.swapAt(place, slots.count - 1)
            slots.removeLast()
        }
    }

    private func closeOldest(_ count: Int) {
        let oldest = slots.withLock { slots -> [DescriptorSlot] in
            let byUse = slots.map { (slot: $0, lastUse: $0.lastUse) }
                .sorted { $0.lastUse < $1.lastUse }
            slots = byUse.dropFirst(count).map(\.slot)
            return byUse.prefix(count).map(\.slot)
        }
        for slot in oldest { slot.close() }
    }
}
