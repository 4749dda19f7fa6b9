internal import DaybookPlatform

/// Where bytes come from, piece by piece: a file, a pipe, or what a test gives.
protocol ByteSource: Sendable {
    /// The next bytes; none at the end. Waits for them.
    func next() throws(Errno) -> [UInt8]
    /// Whether `next` answers without waiting, after waiting for that at most so long.
    func isReady(withinMilliseconds limit: Int) -> Bool
}

extension ChunkReader: ByteSource {
    func next() throws(Errno) -> [UInt8] { try read(upTo: 1 << 18) }
}
