/// Bytes of answers that wait to be sent, on all connections of a loop.
///
/// Beyond the limit an answer goes on only when nearly all of it is taken, and whoever can asks for none: what waits is then
/// the limit, and of each answer what it is given in one go.
final class WaitingBytes {
    private let bytesMax: Int
    private(set) var bytes = 0

    init(bytesMax: Int = HTTPLimits().loopWaitingBytesMax) { self.bytesMax = bytesMax }

    var isFull: Bool { bytes >= bytesMax }

    /// Counts those that wait from now on, or no more where `change` is negative.
    func add(_ change: Int) { bytes += change }

    /// Bytes of one answer from which on it is full.
    var answerBytesMax: Int {
        isFull ? HTTPLimits.fullStreamWaitingBytesMax : Exchange.waitingBytesMax
    }
}
