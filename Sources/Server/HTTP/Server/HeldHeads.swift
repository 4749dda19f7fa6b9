/// What the heads take that are not whole, on all connections of a loop.
///
/// Only long ones count, which few clients ever send: where there is no room for more of them, all others go on.
final class HeldHeads {
    private let bytesMax: Int
    private(set) var bytes = 0

    init(bytesMax: Int = HTTPLimits().loopHeldHeadBytesMax) { self.bytesMax = bytesMax }

    /// Whether there is room for what is held more from now on. It is counted in either case.
    fileprivate func add(_ change: Int) -> Bool {
        bytes += change
        return change <= 0 || bytes <= bytesMax
    }
}

/// The part of one connection.
final class HeldHead {
    private let all: HeldHeads
    private var bytes = 0

    init(among all: HeldHeads) { self.all = all }
    deinit { release() }

    /// Says how many bytes the head of the connection has now; false where they are too many.
    func holds(_ count: Int) -> Bool {
        let counted = count > HTTPLimits.shortHeadBytesMax ? count : 0
        defer { bytes = counted }
        return all.add(counted - bytes)
    }

    /// Why a connection is ended for it.
    static let tooMany = "long heads that are not whole take too much memory together"

    func release() { _ = holds(0) }
}
