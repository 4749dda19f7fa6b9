/// What the heads take that `HeadGuard` keeps until they are whole, on all connections of a loop.
///
/// Only heads of more than one frame are kept, which few clients ever send: where there is no room for more of them,
/// all others go on.
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

    /// Says how many bytes it holds now; false where they are too many.
    func holds(_ count: Int) -> Bool {
        defer { bytes = count }
        return all.add(count - bytes)
    }

    func release() {
        if bytes > 0 { _ = holds(0) }
    }
}
