/// Where chance comes from: a parameter of everything that needs it.
public protocol Randomness: Sendable {
    func next() -> UInt64
}
