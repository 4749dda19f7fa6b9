package import Daybook

/// Calls something when there is more to read than there was: one call for all who wait on one loop.
///
/// Armed, it is called once, and then waits to be armed again. It takes no thread and no task. Dropping it disarms
/// it.
package final class HeadWatch: Sendable {
    /// What the watermark holds while it is armed: not the watch, which could not be dropped then.
    struct Armed: Sendable {
        let heard: @Sendable () -> Void
    }
    let armed: Armed
    private let watermark: Watermark

    /// - Parameter heard: called on the thread that made something durable, which must not be kept waiting.
    package init(_ watermark: Watermark, _ heard: @escaping @Sendable () -> Void) {
        self.watermark = watermark
        armed = Armed(heard: heard)
    }

    deinit { watermark.disarm(self) }

    /// Has it called when something stands behind a position, or nothing will any more; of several positions that are
    /// waited for, the least.
    /// - Returns: false where that is so already: look again, it is not called.
    package func arm(beyond position: Position) -> Bool { watermark.arm(self, beyond: position) }

    /// Takes that back. A call that had begun may still come.
    package func disarm() { watermark.disarm(self) }
}
