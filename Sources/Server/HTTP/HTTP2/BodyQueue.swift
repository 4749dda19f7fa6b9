internal import DaybookBytes

/// Pieces of a body that wait to be sent. A single piece, as most answers are, takes no memory of its own.
struct BodyQueue {
    private var first: [UInt8] = []
    /// Bytes of `first` already taken.
    private var taken = 0
    private var later: [[UInt8]] = []
    /// Pieces of `later` already taken.
    private var laterTaken = 0
    /// Bytes waiting.
    private(set) var count = 0

    /// - Parameter piece: not empty.
    mutating func append(_ piece: [UInt8]) {
        if count == 0 { first = piece } else { later.append(piece) }
        count += piece.count
    }

    /// Moves the first bytes behind what was written.
    /// - Parameter bytes: no more than wait.
    mutating func move(_ bytes: Int, into out: inout ByteWriter) {
        precondition(bytes <= count, "no more is sent than waits")
        count -= bytes
        var missing = bytes
        while missing > 0 {
            let part = min(missing, first.count - taken)
            if part == first.count {
                out.append(first)
            } else {
                out.append(first.rawSpan.extracting(taken..<taken + part))
            }
            taken += part
            missing -= part
            if taken == first.count { next() }
        }
    }

    mutating func removeAll() { self = BodyQueue() }

    private mutating func next() {
        taken = 0
        guard laterTaken < later.count else {
            first = []
            later.removeAll()
            laterTaken = 0
            return
        }
        first = later[laterTaken]
        later[laterTaken] = []
        laterTaken += 1
        // The part already taken goes when it is the larger one: constant cost a piece.
        if laterTaken * 2 > later.count {
            later.removeFirst(laterTaken)
            laterTaken = 0
        }
    }
}
