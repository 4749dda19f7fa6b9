import DaybookPlatform

/// Which way bytes go on a connection.
enum Way: Sendable { case up, down }

/// What happens to one connection on its way.
struct Mischief: Sendable {
    /// What goes wrong, at one byte of one way.
    enum Fault: Hashable, Sendable {
        /// The connection ends as if its cable was cut, or in good order.
        case reset, end
        /// Nothing more is given on that way; the connection ends somewhat later.
        case swallow
        /// The byte is another one.
        case corrupt(UInt8)
    }

    var fault: (way: Way, at: Int, kind: Fault)?
    /// Bytes that are given on at a time.
    var pieceBytesMax = Int.max
    /// How long each piece waits on its way.
    var delayMilliseconds = 0
    /// Whether it ends as soon as it was made.
    var isRefused = false
    /// How long nobody listens after it was made: others are refused meanwhile.
    var awayMilliseconds = 0
}

/// Mischief for one connection after the other, chosen by a seed: the same for the same.
struct MischiefPlan: Sendable {
    let seed: UInt64
    var corrupts = false
    /// Connections that are spared, at the beginning.
    var spared = 0

    func mischief(_ connection: Int) -> Mischief {
        let random = SeededRandomness(seed: seed &* 1_000_003 &+ UInt64(connection))
        var mischief = Mischief()
        if connection < spared { return mischief }
        // Some answers need a connection that lasts: the longest have bytes enough for many batches.
        let at = random.next(below: 1 << (5 + random.next(below: 13)))
        let way = random.chance(1, in: 2) ? Way.up : .down
        switch random.next(below: corrupts ? 9 : 6) {
        case 0: mischief.fault = (way, at, .end)
        case 1, 2: mischief.fault = (way, at, .reset)
        // The request arrives, and its answer does not.
        case 3, 4: mischief.fault = (.down, at, .swallow)
        case 5: mischief.isRefused = true
        default: mischief.fault = (way, at, .corrupt(UInt8(1 << random.next(below: 8))))
        }
        if random.chance(1, in: 3) { mischief.pieceBytesMax = 1 + random.next(below: 64) }
        if random.chance(1, in: 4) { mischief.delayMilliseconds = 1 + random.next(below: 3) }
        if random.chance(1, in: 10) { mischief.awayMilliseconds = 30 }
        return mischief
    }
}
