internal import DaybookBytes

/// Names of a kind to dense numbers, 0, 1, 2 …, and back: open addressing over a keyed hash, the full name
/// compared on every hit, so that neither chance nor malice makes two names one.
struct NameTable {
    /// In each the hash of a name, and behind it its number and 1; 0 where there is none.
    private var slots: [UInt64]
    private var hashes: [UInt32] = []
    private var kinds: [UInt8] = []
    private var bounds: [Int] = [0]
    private var bytes: [UInt8] = []
    private let hash: NameHash

    init(_ hash: NameHash) {
        self.hash = hash
        slots = Array(repeating: 0, count: 16)
    }

    var count: Int { hashes.count }

    /// The number of a name, nil where it has none.
    func find(_ name: borrowing RawSpan, kind: UInt8 = 0) -> Int? {
        let hash = hash(of: name, kind)
        let mask = slots.count - 1
        var slot = Int(hash) & mask
        while slots[slot] != 0 {
            if slots[slot] >> 32 == UInt64(hash) {
                let number = Int(truncatingIfNeeded: slots[slot] & 0xFFFF_FFFF) - 1
                if kinds[number] == kind && has(name, at: number) { return number }
            }
            slot = (slot + 1) & mask
        }
        return nil
    }

    /// The number of a name, given now where it had none.
    mutating func intern(_ name: borrowing RawSpan, kind: UInt8 = 0) -> Int {
        if let number = find(name, kind: kind) { return number }
        if (count + 1) * 2 > slots.count { grow() }
        let hash = hash(of: name, kind)
        let number = count
        hashes.append(hash)
        kinds.append(kind)
        // Safe: the pointer does not leave the closure.
        unsafe name.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
        bounds.append(bytes.count)
        place(number, hash)
        return number
    }

    /// Whether a number stands for a name.
    @inline(__always)
    func has(_ name: borrowing RawSpan, at number: Int) -> Bool {
        bytes.rawSpan.extracting(bounds[number]..<bounds[number + 1]).isEqual(to: name)
    }

    subscript(number: Int) -> String {
        bytes.rawSpan.extracting(bounds[number]..<bounds[number + 1]).text()
    }

    func kind(_ number: Int) -> UInt8 { kinds[number] }
    func hash(_ number: Int) -> UInt32 { hashes[number] }

    /// The bytes of the name of a number.
    @inline(__always)
    @_lifetime(borrow self)
    func name(_ number: Int) -> RawSpan {
        bytes.rawSpan.extracting(bounds[number]..<bounds[number + 1])
    }

    /// Whether a name stands before another one, by the order of bytes.
    func precedes(_ number: Int, _ other: Int) -> Bool {
        name(number).precedes(name(other)) == true
    }

    private mutating func place(_ number: Int, _ hash: UInt32) {
        let mask = slots.count - 1
        var slot = Int(hash) & mask
        while slots[slot] != 0 { slot = (slot + 1) & mask }
        slots[slot] = UInt64(hash) << 32 | UInt64(number + 1)
    }

    private mutating func grow() {
        slots = Array(repeating: 0, count: slots.count * 2)
        for number in 0..<count { place(number, hashes[number]) }
    }

    private func hash(of name: borrowing RawSpan, _ kind: UInt8) -> UInt32 {
        hash.order(hash.whole(name, kind))
    }
}
