package import Synchronization

/// A reference that is set once and then looked at by any thread, without a lock.
///
/// `AtomicLazyReference` is the same, but each look through it asks the runtime for the metadata of its type.
@safe package struct SetOnce<Value: AnyObject & Sendable>: ~Copyable, Sendable {
    /// The address of the value, to which this holds a reference; 0 as long as there is none.
    @usableFromInline package let address = Atomic<UInt>(0)

    package init() {}

    deinit {
        let address = address.load(ordering: .acquiring)
        // Safe: gives back the reference that `set` took; nobody looks any more.
        if let pointer = unsafe UnsafeRawPointer(bitPattern: address) {
            unsafe Unmanaged<Value>.fromOpaque(pointer).release()
        }
    }

    /// Sets the value; whether there was none before.
    package func set(_ value: Value) -> Bool {
        // Safe: the reference is held by the address from here on, or given back below.
        let retained = unsafe Unmanaged.passRetained(value)
        let desired = unsafe UInt(bitPattern: retained.toOpaque())
        let isSet = address.compareExchange(
            expected: 0, desired: desired, ordering: .acquiringAndReleasing
        ).exchanged
        if !isSet { unsafe retained.release() }
        return isSet
    }

    /// The value; nil as long as it is not set.
    @inlinable package var value: Value? {
        // Safe: what was set is held until the end of self.
        guard
            let pointer = unsafe UnsafeRawPointer(
                bitPattern: address.load(ordering: .acquiring))
        else { return nil }
        return unsafe Unmanaged<Value>.fromOpaque(pointer).takeUnretainedValue()
    }
}
