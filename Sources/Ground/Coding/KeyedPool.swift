/// The keyed containers of a reader, which hands out again what nobody holds any more.
///
/// The standard library puts each container into a box of its own: to make one, to find its type at run time and to free it
/// takes longer than all else that decoding a small payload does. So a reader keeps one for each type of keys, and moves it
/// from object to object. It tells by the number of its references that no value holds it: one that is used further up, by
/// a value in which another one of the same type lies, stays where it is, and so does one that was kept.
@safe struct KeyedPool: ~Copyable {
    /// A container for each of so many types of keys; of two that share a place the later one takes it.
    private static let placesMax = 64

    // Safe: each is retained as long as it stands here. They are not retained once more each time they are looked at.
    private var containers: [Unmanaged<PooledContainer>?] = unsafe []
    /// The places of those that were handed out since the last ``settle(_:)``, a bit for each.
    private var handedOut: UInt64 = 0

    private static func place(of key: ObjectIdentifier) -> Int {
        // The bits in which addresses of types differ, spread by a multiplication.
        let spread = UInt64(UInt(bitPattern: key)) &* 0x9E37_79B9_7F4A_7C15
        return Int(truncatingIfNeeded: spread >> 58)
    }

    deinit {
        for place in unsafe containers.indices { unsafe containers[place]?.release() }
    }

    /// The container for a type of keys, moved to an object; nil where there is none, or somebody holds it.
    @inline(__always)
    mutating func take(_ key: ObjectIdentifier, for object: Int) -> Unmanaged<PooledContainer>? {
        if unsafe containers.isEmpty { return nil }
        let place = Self.place(of: key)
        guard let found = unsafe containers[place] else { return nil }
        let isFree = unsafe found._withUnsafeGuaranteedRef { found in
            guard found.key == key, !found.isHeld else { return false }
            found.members.object = object
            return true
        }
        guard isFree else { return nil }
        handedOut |= 1 << UInt64(place)
        return unsafe found
    }

    /// Keeps a container that is handed out for the first time.
    mutating func add(_ container: PooledContainer, _ reader: PayloadReader) {
        if unsafe containers.isEmpty {
            unsafe containers = Array(repeating: nil, count: Self.placesMax)
        }
        let place = Self.place(of: container.key)
        leave(place, reader)
        unsafe containers[place] = .passRetained(container)
        handedOut |= 1 << UInt64(place)
    }

    /// The end of a payload: a container that somebody has kept is his from now on.
    @inline(__always)
    mutating func settle(_ reader: PayloadReader) {
        while handedOut != 0 {
            let place = handedOut.trailingZeroBitCount
            handedOut &= handedOut &- 1
            guard let container = unsafe containers[place] else { continue }
            if unsafe container._withUnsafeGuaranteedRef({ $0.isHeld }) { leave(place, reader) }
        }
    }

    /// Forgets a container: whoever still has copies of it reads on in the same payload.
    @inline(never)
    private mutating func leave(_ place: Int, _ reader: PayloadReader) {
        guard let container = unsafe containers[place]?.takeRetainedValue() else { return }
        unsafe containers[place] = nil
        container.members.keeper = reader
    }
}

/// A container as a pool keeps it, whatever its keys are.
@safe class PooledContainer {
    /// The type of its keys.
    let key: ObjectIdentifier
    /// What of it can be moved.
    let members: ObjectMembers
    /// The memory of the container: it is one reference, to its box.
    fileprivate let box: UnsafeMutablePointer<AnyObject>

    fileprivate init(
        _ key: ObjectIdentifier, _ members: ObjectMembers, _ box: UnsafeMutablePointer<AnyObject>
    ) {
        self.key = key
        self.members = members
        unsafe self.box = box
    }

    /// Whether there are copies of the container.
    // Safe: the memory lives as long as this.
    final var isHeld: Bool { unsafe !isKnownUniquelyReferenced(&box.pointee) }
}

/// The same, of a type of containers, which is found once: here it is a parameter, and need not be asked for.
@safe final class PooledContainerOf<Container>: PooledContainer {
    private let memory: UnsafeMutablePointer<Container>

    /// Nil where a container is not what it is known to be in the standard library.
    init?(_ key: ObjectIdentifier, _ members: ObjectMembers, _ container: Container) {
        guard MemoryLayout<Container>.size == MemoryLayout<AnyObject>.size else { return nil }
        unsafe memory = .allocate(capacity: 1)
        unsafe memory.initialize(to: container)
        // Safe: it is as big as a reference, and the tests of containers that are kept tell that it is one.
        unsafe super.init(
            key, members,
            UnsafeMutableRawPointer(memory).assumingMemoryBound(to: AnyObject.self))
    }

    deinit {
        unsafe memory.deinitialize(count: 1)
        unsafe memory.deallocate()
    }

    /// Another copy.
    // Not inlined, as only here the type is known without being asked for. Safe: initialised above.
    @inline(never)
    func copy() -> Container { unsafe memory.pointee }
}
