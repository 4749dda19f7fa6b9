import DaybookBytes
import DaybookJSON

extension PayloadReader {
    /// The members of an object, in a container that may have been in use before.
    func container<Key: CodingKey>(
        keyedBy type: Key.Type, _ object: Int
    ) -> KeyedDecodingContainer<Key> {
        if isPooling, let pooled = unsafe pool.take(ObjectIdentifier(type), for: object) {
            return unsafe pooled._withUnsafeGuaranteedRef {
                // Safe: what is kept under a type of keys is the container for them.
                unsafe unsafeDowncast(
                    $0, to: PooledContainerOf<KeyedDecodingContainer<Key>>.self
                ).copy()
            }
        }
        return newContainer(keyedBy: type, object)
    }

    @inline(never)
    private func newContainer<Key: CodingKey>(
        keyedBy type: Key.Type, _ object: Int
    ) -> KeyedDecodingContainer<Key> {
        let members = KeyedDecoding<Key>(self, object)
        let container = KeyedDecodingContainer(members)
        if isPooling,
            let pooled = PooledContainerOf(ObjectIdentifier(type), members, container)
        {
            pool.add(pooled, self)
        } else {
            members.keeper = self
        }
        return container
    }

    /// Where the value of a key is.
    @inline(__always)
    func member(_ key: some CodingKey, of object: Int) -> Int? {
        if let index = tape.member(named: key.stringValue, of: object) { return index }
        guard tape.hasIntegerKeys, let number = key.intValue else { return nil }
        return member(numbered: number, of: object)
    }

    private func member(numbered number: Int, of object: Int) -> Int? {
        var at = object + 1
        while at < Int(tape.cells[object].next) {
            if case .integer = tape.cells[at].keyKind, tape.integerKey(of: at) == number {
                return at
            }
            at = Int(tape.cells[at].next)
        }
        return nil
    }

    /// Tells of the keys of an object in their order.
    func forEachKey(of object: Int, _ tell: (String, Int?) -> Void) {
        var at = object + 1
        while at < Int(tape.cells[object].next) {
            let cell = tape.cells[at]
            switch cell.keyKind {
            case .text: tell(tape.text(cell.key), nil)
            case .integer:
                if let number = tape.integerKey(of: at) { tell("\(number)", number) }
            case .none, .other: break
            }
            at = Int(cell.next)
        }
    }
}

extension ValueTape {
    /// Where the member of an object with a text for its key is. Members that are asked for in the
    /// order in which they stand are found at once.
    mutating func member(named name: String, of object: Int) -> Int? {
        let wanted = name.utf8Span.bytes
        let end = Int(cells[object].next)
        let first = Int(cells[object].hint)
        var at = first
        while at < end {
            let next = Int(cells[at].next)
            if isKey(of: at, wanted) {
                cells[object].hint = UInt32(truncatingIfNeeded: next)
                return at
            }
            at = next
        }
        at = object + 1
        while at < first {
            let next = Int(cells[at].next)
            if isKey(of: at, wanted) {
                cells[object].hint = UInt32(truncatingIfNeeded: next)
                return at
            }
            at = next
        }
        return nil
    }

    @inline(__always)
    private func isKey(of index: Int, _ wanted: RawSpan) -> Bool {
        let cell = cells[index]
        let count = wanted.byteCount
        guard Int(cell.keyCount) == count, case .text = cell.keyKind else { return false }
        // Words of keys that overlap, as few are as long as whole words.
        let key = bytes.bytes
        let start = Int(cell.keyStart)
        if count >= 8 {
            var at = 0
            while at < count &- 8 {
                if key.u64(at: start &+ at) != wanted.u64(at: at) { return false }
                at &+= 8
            }
            return key.u64(at: start &+ count &- 8) == wanted.u64(at: count &- 8)
        }
        if count >= 4 {
            let end = start &+ count &- 4
            return key.u32(at: start) == wanted.u32(at: 0)
                && key.u32(at: end) == wanted.u32(at: count &- 4)
        }
        return key.extracting(start..<start &+ count).isEqual(to: wanted)
    }
}
