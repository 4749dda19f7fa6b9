internal import Synchronization

/// Room in memory for the offsets of sealed segments: first come, first served, so that reading here and there in
/// more than fits costs no more than a block of the file each time.
final class OffsetRoom: Sendable {
    /// In a struct: a closure by itself would be wrapped once more each time it is taken out.
    private struct Listener {
        var hear: (@Sendable (Segment) -> Void)?
    }

    private let left: Mutex<Int>
    private let listener = Mutex(Listener())

    init(bytes: Int) { left = Mutex(bytes) }

    /// Says whom to tell of segments whose file of offsets is damaged or gone: they are in memory then.
    func onFoundAgain(_ body: @escaping @Sendable (Segment) -> Void) {
        listener.withLock { $0.hear = body }
    }

    func tellFoundAgain(_ segment: Segment) { listener.withLock { $0 }.hear?(segment) }

    func take(_ bytes: Int) -> Bool {
        left.withLock { left in
            if left < bytes { return false }
            left -= bytes
            return true
        }
    }

    func has(_ bytes: Int) -> Bool { left.withLock { $0 >= bytes } }

    func leave(_ bytes: Int) { left.withLock { $0 += bytes } }
}
