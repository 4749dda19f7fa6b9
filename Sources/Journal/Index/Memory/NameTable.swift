internal import DaybookBytes

/// Names of a kind to dense numbers, 0, 1, 2 …, and back: open addressing over a keyed hash, the full name
/// compared on every hit, so that neither chance nor malice makes two names one.
struct NameTable {
    /// In each the hash of a name, and behind it its number and 1; 0 where there is none.
    private var slots: [UInt64]
    private var kinds: [UInt8] = []
    /// Where each name ends in the bytes.
    private var ends: [UInt32] = []
    private var bytes: [UInt8] = []
    let hash: NameHash

    private static let slotsMin = 16

    /// - Parameter other: as many names as it has will probably come: there is room for them at once.
    init(_ hash: NameHash, asLargeAs other: NameTable? = nil) {
        self.hash = hash
        let count = other?.count ?? 0
        slots = Array(repeating: 0, count: max(Self.slotsMin, count * 3 / 2))
        kinds.reserveRoom(for: count)
        ends.reserveRoom(for: count)
        bytes.reserveRoom(for: other?.bytes.count)
    }

    var count: Int { ends.count }

    /// Bytes of memory it holds.
    var memoryBytes: Int {
        slots.capacity * 8 + kinds.capacity + ends.capacity * 4 + bytes.capacity
    }

    /// The number of a name, nil where it has none.
    /// - Parameter whole: its hash, where the caller has it.
    func find(_ name: borrowing RawSpan, kind: UInt8 = 0, whole: UInt64? = nil) -> Int? {
        find(name, kind, hash.order(whole ?? hash.whole(name, kind)))
    }

    /// So many names or more at once are looked at beforehand.
    static let lookedAtFirstMin = 8

    /// Whether any of some names may be here.
    ///
    /// Asked beforehand where many are looked up: what is touched for one does not depend on the others, so the
    /// processor waits for memory for some at once, and what is looked up then is near.
    /// - Parameter wholes: their hashes.
    func mayHaveAny(of wholes: some Sequence<UInt64>) -> Bool {
        var touched: UInt64 = 0
        for whole in wholes {
            let hash = hash.order(whole)
            let value = slots[slot(hash)]
            touched |= value
            if value != 0 && Self.hash(value) == hash {
                let number = Self.number(value)
                let end = Int(ends[number])
                touched |= UInt64(kinds[number]) | UInt64(end == 0 ? 0 : bytes[end - 1])
            }
        }
        return touched != 0
    }

    private func find(_ name: borrowing RawSpan, _ kind: UInt8, _ hash: UInt32) -> Int? {
        var slot = slot(hash)
        while slots[slot] != 0 {
            if Self.hash(slots[slot]) == hash {
                let number = Self.number(slots[slot])
                if kinds[number] == kind && has(name, at: number) { return number }
            }
            slot = slot + 1 == slots.count ? 0 : slot + 1
        }
        return nil
    }

    /// The number that the name of a hash probably has: of the name in its first slot, if that has the same hash; else
    /// a negative one.
    @inline(__always)
    func probableNumber(_ whole: UInt64) -> Int32 {
        let hash = hash.order(whole)
        let value = slots[slot(hash)]
        return Self.hash(value) == hash ? Int32(truncatingIfNeeded: Self.number(value)) : -1
    }

    /// The number of a name, given now where it had none.
    /// - Parameter probable: the number that it probably has, or a negative one.
    mutating func intern(
        _ name: borrowing RawSpan, kind: UInt8 = 0, whole: UInt64? = nil, probable: Int = -1
    ) -> Int {
        if probable >= 0 && kinds[probable] == kind && has(name, at: probable) { return probable }
        let hash = hash.order(whole ?? hash.whole(name, kind))
        if let number = find(name, kind, hash) { return number }
        if (count + 1) * 4 > slots.count * 3 { grow() }
        let number = count
        kinds.append(kind)
        // Safe: the pointer does not leave the closure.
        unsafe name.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
        ends.append(UInt32(bytes.count))
        place(UInt64(hash) << 32 | UInt64(number + 1))
        return number
    }

    /// Whether a number stands for a name.
    @inline(__always)
    func has(_ name: borrowing RawSpan, at number: Int) -> Bool {
        self.name(number).isEqual(to: name)
    }

    subscript(number: Int) -> String { name(number).text() }

    func kind(_ number: Int) -> UInt8 { kinds[number] }

    /// Numbers and hashes of all names, in no order.
    var hashes: some Sequence<(number: Int, hash: UInt32)> {
        slots.lazy.filter { $0 != 0 }.map { (Self.number($0), Self.hash($0)) }
    }

    /// The bytes of the name of a number.
    @inline(__always)
    @_lifetime(borrow self)
    func name(_ number: Int) -> RawSpan {
        let start = number == 0 ? 0 : Int(ends[number - 1])
        return bytes.rawSpan.extracting(start..<Int(ends[number]))
    }

    /// Whether a name stands before another one, by the order of bytes.
    func precedes(_ number: Int, _ other: Int) -> Bool {
        name(number).precedes(name(other)) == true
    }

    /// The first slot of a hash. Multiplied first, so that hashes of few bits, as tests have them, lie apart too.
    @inline(__always)
    private func slot(_ hash: UInt32) -> Int {
        let spread = hash &* 0x9E37_79B1
        return Int(truncatingIfNeeded: (UInt64(spread) &* UInt64(slots.count)) &>> 32)
    }

    private static func hash(_ slot: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: slot &>> 32) }
    private static func number(_ slot: UInt64) -> Int { Int(slot & 0xFFFF_FFFF) - 1 }

    private mutating func place(_ value: UInt64) {
        var slot = slot(Self.hash(value))
        while slots[slot] != 0 { slot = slot + 1 == slots.count ? 0 : slot + 1 }
        slots[slot] = value
    }

    private mutating func grow() {
        let before = slots
        slots = Array(repeating: 0, count: before.count * 2)
        for value in before where value != 0 { place(value) }
    }
}
