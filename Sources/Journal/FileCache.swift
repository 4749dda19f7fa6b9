package import DaybookPlatform
internal import Synchronization

/// Keeps some of the files open that lapse: beyond `countMax` those that were not read for longest are closed. What is
/// being read at that moment stays open until it was read.
package final class FileCache: Sendable {
    package let disk: any Disk
    package let countMax: Int
    private let slots = Mutex<[DescriptorSlot]>([])
    /// Grows with every file that is opened: by it is told which were used before which.
    private let clock = Atomic<UInt64>(0)
    /// So large a part of the files is closed at once: to find the oldest takes a look at all.
    private static let closedShare = 8

    package init(_ disk: any Disk, countMax: Int) {
        self.disk = disk
        self.countMax = countMax
    }

    /// How many are open, those aside that are closed once they were read.
    package var count: Int { slots.withLock { $0.count } }

    fileprivate var now: UInt64 { clock.load(ordering: .relaxed) }

    /// Opens a file for reading. Where the process may have no more files open, others make room.
    fileprivate func open(_ path: String) throws(Errno) -> Descriptor {
        while true {
            let before = count
            do throws(Errno) { return Descriptor(disk, try disk.open(path, .read)) } catch {
                guard error.isTooManyFiles, before > 0 else { throw error }
                closeOldest(before / 2 + 1)
            }
        }
    }

    /// Takes in a file that was opened.
    fileprivate func add(_ slot: DescriptorSlot) {
        clock.add(1, ordering: .relaxed)
        let count = slots.withLock { slots in
            slots.append(slot)
            return slots.count
        }
        if count > countMax { closeOldest(max(count - countMax, countMax / Self.closedShare)) }
    }

    fileprivate func remove(_ slot: DescriptorSlot) {
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

/// A descriptor, closed when the last one who reads by it has done so.
final class Descriptor: Sendable {
    let id: FileID
    private let disk: any Disk

    init(_ disk: any Disk, _ id: FileID) {
        self.disk = disk
        self.id = id
    }

    deinit { disk.close(id) }
}

/// Where the descriptor of one file is while the file is open.
final class DescriptorSlot: Sendable {
    private struct State {
        var descriptor: Descriptor?
        /// Nil as long as the file does not lapse.
        var cache: FileCache?
        var lastUse: UInt64 = 0
    }
    private let state: Mutex<State>

    init(_ descriptor: Descriptor?, cache: FileCache?) {
        state = Mutex(State(descriptor: descriptor, cache: cache))
    }

    fileprivate var lastUse: UInt64 { state.withLock { $0.lastUse } }

    /// The descriptor, where the file is open.
    func use() -> Descriptor? {
        state.withLock { state in
            if let cache = state.cache { state.lastUse = cache.now }
            return state.descriptor
        }
    }

    /// Opens the file, which lapsed.
    func open(_ path: String, _ mode: ReadMode) throws(Errno) -> Descriptor {
        // The name of a file may have to be read from the device as well.
        if mode == .cachedOnly { throw .EAGAIN }
        guard let cache = state.withLock({ $0.cache }) else {
            preconditionFailure("a file that does not lapse is open")
        }
        let opened = try cache.open(path)
        let earlier = state.withLock { state in
            // Two threads that come at once both open it: the first one's is kept.
            defer { state.descriptor = state.descriptor ?? opened }
            state.lastUse = cache.now + 1
            return state.descriptor
        }
        if let earlier { return earlier }
        cache.add(self)
        return opened
    }

    func lapse(into cache: FileCache) {
        let isNew = state.withLock { state in
            defer { state.cache = state.cache ?? cache }
            state.lastUse = cache.now + 1
            return state.cache == nil
        }
        if isNew { cache.add(self) }
    }

    /// Nobody refers to the file any more.
    func leave() { state.withLock { $0.cache }?.remove(self) }

    fileprivate func close() {
        // Closed behind the lock, and not before whoever reads has done so.
        let descriptor = state.withLock { state in
            defer { state.descriptor = nil }
            return state.descriptor
        }
        withExtendedLifetime(descriptor) {}
    }
}
