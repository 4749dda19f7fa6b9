internal import Synchronization

/// A value that is set once, before anybody asks for it.
final class SetLate<Value: Sendable>: Sendable {
    private let held = Mutex<Value?>(nil)
    var value: Value? { held.withLock { $0 } }
    func set(_ value: Value) { held.withLock { $0 = value } }
}
