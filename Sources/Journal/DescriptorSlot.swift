internal import DaybookPlatform
internal import Synchronization

/// The descriptor of one file while the file is open. Any number of threads read by it, none of which waits for another:
/// how many do is counted in the same word, and it is not closed before the last has done so.
final class DescriptorSlot: Sendable {
    private let disk: any Disk
    /// A `Use`.
    private let word: Atomic<UInt64>
    private let lastUseAt = Atomic<UInt64>(0)
    /// What closes the file while nobody reads it; nil as long as it does not lapse.
    private let cache: Mutex<FileCache?>
    /// Grows with every file that is opened: by it is told which were used before which.
    private static let clock = Atomic<UInt64>(0)

    /// - Parameters:
    ///   - id: nil for a file that is opened when it is read.
    ///   - cache: nil for a file that does not lapse.
    init(_ disk: any Disk, _ id: FileID?, cache: FileCache?) {
        self.disk = disk
        word = Atomic(id.map { Use($0).word } ?? 0)
        self.cache = Mutex(cache)
    }

    deinit { if let id = use.id { disk.close(id) } }

    private var use: Use { Use(word: word.load(ordering: .acquiring)) }

    /// When it was last used, by the count of files opened.
    var lastUse: UInt64 { lastUseAt.load(ordering: .relaxed) }

    // MARK: Reading

    /// The descriptor, which stays open until `leave`; nil where the file is closed.
    func enter() -> FileID? {
        let before = Use(word: word.add(Use.reader, ordering: .acquiring).oldValue)
        guard let id = before.open else {
            leave()
            return nil
        }
        let now = Self.clock.load(ordering: .relaxed)
        if lastUse != now { lastUseAt.store(now, ordering: .relaxed) }
        return id
    }

    /// The same of a file that is closed: opens it.
    /// - Throws: `EAGAIN` where nothing may block.
    func open(_ path: String, _ mode: ReadMode) throws(Errno) -> FileID {
        // The name of a file may have to be read from the device as well.
        if mode == .cachedOnly { throw .EAGAIN }
        guard let cache = cache.withLock({ $0 }) else {
            preconditionFailure("a file that does not lapse is open")
        }
        var opened: FileID?
        while true {
            let before = use
            if let id = before.id {
                // Somebody else has opened it, or it was about to be closed: then it is not.
                guard exchange(before, for: before.entered) else { continue }
                if let opened { disk.close(opened) }
                if before.isLapsing { cache.add(self) }
                return id
            }
            let id: FileID
            if let opened { id = opened } else { id = try cache.open(path) }
            opened = id
            if exchange(before, for: Use(id, readers: before.readers + 1)) {
                cache.add(self)
                return id
            }
        }
    }

    /// Whoever entered, or opened, has read.
    func leave() {
        let after = Use(word: word.subtract(Use.reader, ordering: .acquiringAndReleasing).newValue)
        if after.isLapsing, after.readers == 0, let id = after.id,
            exchange(after, for: Use(word: 0))
        {
            disk.close(id)
        }
    }

    // MARK: Lapsing

    func lapse(into cache: FileCache) {
        let isNew = self.cache.withLock { mine in
            defer { mine = mine ?? cache }
            return mine == nil
        }
        if isNew { cache.add(self) }
    }

    /// It was opened, or may lapse from now on.
    func noteOpening() {
        lastUseAt.store(Self.clock.add(1, ordering: .relaxed).newValue, ordering: .relaxed)
    }

    /// Nobody refers to the file any more.
    func end() { cache.withLock { $0 }?.remove(self) }

    /// Closes the file, once nobody reads it.
    func close() {
        while true {
            let before = use
            guard let id = before.open else { return }
            if before.readers > 0 {
                if exchange(before, for: before.lapsing) { return }
            } else if exchange(before, for: Use(word: 0)) {
                return disk.close(id)
            }
        }
    }

    private func exchange(_ before: Use, for after: Use) -> Bool {
        word.compareExchange(
            expected: before.word, desired: after.word, ordering: .acquiringAndReleasing
        ).exchanged
    }
}

/// A descriptor and who reads by it, in one word.
///
/// - bits 0 to 30: the descriptor and 1; 0 while the file is closed
/// - bit 31: it is closed when the last reader leaves
/// - bits 32 to 63: how many are reading, or about to find that it is closed
private struct Use {
    static let reader: UInt64 = 1 << 32
    private static let lapses: UInt64 = 1 << 31

    var word: UInt64

    init(word: UInt64) { self.word = word }

    init(_ id: FileID, readers: UInt64 = 0) {
        precondition(id.rawValue >= 0 && id.rawValue < Int32.max, "what a disk gives is a number")
        word = readers * Self.reader | UInt64(id.rawValue) + 1
    }

    var readers: UInt64 { word / Self.reader }
    var isLapsing: Bool { word & Self.lapses != 0 }
    /// Nil while the file is closed.
    var id: FileID? {
        let number = word & (Self.lapses - 1)
        return number == 0 ? nil : FileID(rawValue: Int32(number) - 1)
    }
    /// The same, nil as well where it is about to be closed.
    var open: FileID? { isLapsing ? nil : id }
    /// With one reader more, and not to be closed.
    var entered: Use { Use(word: word & ~Self.lapses + Self.reader) }
    /// To be closed by the last reader.
    var lapsing: Use { Use(word: word | Self.lapses) }
}
