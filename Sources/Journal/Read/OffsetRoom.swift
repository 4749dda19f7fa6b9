internal import Synchronization

/// Room in memory for the offsets of sealed segments: first come, first served, so that reading here and there in
/// more than fits costs no more than a block of the file each time.
final class OffsetRoom: Sendable {
    private let left: Mutex<Int>

    init(bytes: Int) { left = Mutex(bytes) }

    func take(_ bytes: Int) -> Bool {
        left.withLock { left in
            if left < bytes { return false }
            left -= bytes
            return true
        }
    }

    func leave(_ bytes: Int) { left.withLock { $0 += bytes } }
}
