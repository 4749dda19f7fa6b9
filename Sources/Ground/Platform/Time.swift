/// Where time comes from: a parameter of everything that needs it.
public protocol TimeSource: Sendable {
    /// Microseconds since 1970-01-01T00:00:00Z by the wall clock; may jump either way.
    func wallMicroseconds() -> Int64
    /// Nanoseconds since some start, never going back, counted also while the machine sleeps.
    func bootNanoseconds() -> Int64
}
