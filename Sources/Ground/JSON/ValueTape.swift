public import DaybookBytes

/// The values of a payload, scanned once and laid flat in the order in which they stand: one cell a
/// value, a container's cell before those of what is in it.
///
///     {"a":[1,2],"b":"x"}     0 object            next 5
///                             1   array   key a   next 4
///                             2     number        next 3
///                             3     number        next 4
///                             4   text    key b   next 5
///
/// Cells hold offsets into ``bytes``: a copy of the payload, and behind it the texts that stand
/// there in another form, with escapes or in pieces. A tape is used again for payload after payload
/// and keeps its memory.
@usableFromInline
package struct ValueTape: ~Copyable {
    /// Offsets are 32 bits, and a byte of a payload leads to ten on the tape at most.
    package static let payloadBytesMax = 1 << 28

    /// What kinds of values there are, in all formats together.
    @usableFromInline
    package enum Kind: Sendable, BitwiseCopyable {
        case object, array, text, number, `true`, `false`, null
        /// What only CBOR has: bytes, bytes that are an integer of any width, other simple values.
        case bytes, positive, negative, simple
    }

    /// What a value is named by. One of another kind can be named by nobody: its key is no text and
    /// no integer, or the same key stands behind it again.
    @usableFromInline
    package enum KeyKind: Sendable, BitwiseCopyable { case none, text, integer, other }

    /// One value.
    @usableFromInline
    package struct Cell: Sendable, BitwiseCopyable {
        @usableFromInline package var kind: Kind
        @usableFromInline package var keyKind: KeyKind
        /// The bytes of a text without quotes, else those of the value; unused in containers.
        @usableFromInline package var start: UInt32
        /// How many bytes, in a container how many values.
        @usableFromInline package var count: UInt32
        @usableFromInline package var keyStart: UInt32
        @usableFromInline package var keyCount: UInt32
        /// The cell behind this value and all that is in it.
        @usableFromInline package var next: UInt32
        /// In an object, the member to look at first: the one behind the one found last.
        @usableFromInline package var hint: UInt32

        @inlinable @inline(__always)
        package init(
            _ kind: Kind, _ start: Int, _ count: Int, _ keyKind: KeyKind, _ keyStart: UInt32,
            _ keyCount: UInt32, next: Int
        ) {
            self.kind = kind
            self.keyKind = keyKind
            self.start = UInt32(truncatingIfNeeded: start)
            self.count = UInt32(truncatingIfNeeded: count)
            self.keyStart = keyStart
            self.keyCount = keyCount
            self.next = UInt32(truncatingIfNeeded: next)
            hint = self.next
        }

        /// Where the key's bytes stand.
        package var key: Range<Int> { Int(keyStart)..<Int(keyStart) + Int(keyCount) }
        /// Where the bytes of a value stand that holds no others.
        package var content: Range<Int> { Int(start)..<Int(start) + Int(count) }
    }

    @usableFromInline package var cells = FlatArray<Cell>(capacity: 32)
    @usableFromInline package var bytes: ByteWriter
    /// Whether some member is named by an integer.
    @usableFromInline package var hasIntegerKeys = false
    @usableFromInline package var open = FlatArray<UInt32>(capacity: 8)
    @usableFromInline package var keyKind = KeyKind.none
    @usableFromInline package var keyStart: UInt32 = 0
    @usableFromInline package var keyCount: UInt32 = 0
    private var table = KeyTable()

    /// A tape with nothing on it.
    package init() { bytes = ByteWriter(capacity: 256) }

    /// Forgets what there was and takes a copy of a payload.
    package mutating func start(on payload: RawSpan) {
        cells.removeAll()
        open.removeAll()
        bytes.removeAll()
        bytes.append(payload)
        hasIntegerKeys = false
        keyKind = .none
    }

    /// The key of the value that comes next.
    @inlinable @inline(__always)
    package mutating func key(_ kind: KeyKind, _ start: Int, _ count: Int) {
        keyKind = kind
        keyStart = UInt32(truncatingIfNeeded: start)
        keyCount = UInt32(truncatingIfNeeded: count)
        if case .integer = kind { hasIntegerKeys = true }
    }

    /// There is no key before what comes next.
    @inlinable @inline(__always)
    package mutating func forgetKey() { keyKind = .none }

    /// A value that holds no others.
    @inlinable @inline(__always)
    package mutating func add(_ kind: Kind, _ start: Int, _ count: Int) {
        if let container = open.last { cells[Int(container)].count &+= 1 }
        cells.append(Cell(kind, start, count, keyKind, keyStart, keyCount, next: cells.count &+ 1))
        keyKind = .none
    }

    /// An object or array that begins; what follows is in it until ``close()``.
    package mutating func open(_ kind: Kind) {
        let index = UInt32(truncatingIfNeeded: cells.count)
        add(kind, 0, 0)
        open.append(index)
    }

    /// Ends the container that was opened last.
    package mutating func close() {
        let index = Int(open.removeLast())
        cells[index].next = UInt32(truncatingIfNeeded: cells.count)
        if case .object = cells[index].kind { hideRepeated(in: index) }
    }

    /// Of members with the same key only the last can be found.
    private mutating func hideRepeated(in object: Int) {
        let count = Int(cells[object].count)
        if count < 2 { return }
        let end = Int(cells[object].next)
        if count <= KeyTable.pairwiseMax {
            var one = object + 1
            while one < end {
                let keyCount = cells[one].keyCount
                var other = Int(cells[one].next)
                while other < end {
                    if keyCount == cells[other].keyCount, haveSameKey(one, other) {
                        cells[one].keyKind = .other
                        break
                    }
                    other = Int(cells[other].next)
                }
                one = Int(cells[one].next)
            }
            return
        }
        hideRepeated(among: count, in: object)
    }

    private mutating func hideRepeated(among count: Int, in object: Int) {
        var table = KeyTable()
        swap(&table, &self.table)
        table.start(count: count)
        var at = object + 1
        while at < Int(cells[object].next) {
            let cell = cells[at]
            if cell.keyKind != .other {
                let earlier = table.insert(at, cell.key, in: bytes.bytes) {
                    cells[$0].keyKind == cell.keyKind ? cells[$0].key : nil
                }
                if let earlier { cells[earlier].keyKind = .other }
            }
            at = Int(cell.next)
        }
        swap(&table, &self.table)
    }

    private func haveSameKey(_ one: Int, _ other: Int) -> Bool {
        let one = cells[one]
        let other = cells[other]
        guard one.keyKind == other.keyKind, one.keyKind != .other else { return false }
        let ones = bytes.bytes.extracting(one.key)
        return ones.isEqual(to: bytes.bytes.extracting(other.key))
    }
}

/// Told by a scanner what stands in a text, the tape notes it.
extension ValueTape: JSONSink {
    mutating func begin(_ kind: JSONKind) { open(kind == .object ? .object : .array) }

    mutating func end(_ kind: JSONKind) { close() }

    @inline(__always)
    mutating func key(_ key: JSONSlice, in source: RawSpan) throws(JSONError) {
        if let plain = key.plainText { return self.key(.text, plain.lowerBound, plain.count) }
        let start = bytes.count
        try key.appendText(in: source, to: &bytes)
        self.key(.text, start, bytes.count - start)
    }

    @inline(__always)
    mutating func scalar(_ value: JSONSlice, in source: RawSpan) throws(JSONError) {
        switch value.kind {
        case .string:
            if let plain = value.plainText { return add(.text, plain.lowerBound, plain.count) }
            let start = bytes.count
            try value.appendText(in: source, to: &bytes)
            add(.text, start, bytes.count - start)
        case .number: add(.number, value.range.lowerBound, value.range.count)
        case .true: add(.true, value.range.lowerBound, 4)
        case .false: add(.false, value.range.lowerBound, 5)
        case .null: add(.null, value.range.lowerBound, 4)
        case .object, .array: preconditionFailure("a container is begun, not told as a scalar")
        }
    }
}

extension JSON {
    /// Checks a text as ``validate(_:)`` does and lays its values on a tape.
    ///
    /// - Throws: ``JSONError`` with the first byte that cannot stand where it stands.
    package static func scan(
        _ text: RawSpan, onto tape: inout ValueTape
    ) throws(JSONError) {
        tape.start(on: text)
        var scanner = JSONScanner(unchecked: text)
        _ = try scanner.scanDocument(into: &tape)
    }
}
