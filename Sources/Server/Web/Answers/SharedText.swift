internal import Daybook
internal import DaybookBytes
internal import DaybookHTTP
internal import DaybookStore
internal import Synchronization

/// The last events that somebody on a loop was sent, as they were written: those who follow wait together, and most of them
/// are told the same, so it is written once for all.
final class SharedText: @unchecked Sendable {
    // Safe: used on its loop alone.
    private var positions: [Position] = []
    private var form: ObjectIdentifier?
    private var prefix = ""
    private var bytes: [UInt8] = []

    /// The text of events, made where it is not the last one.
    /// - Parameter prefix: what is the same for all events of the journal, and of no other.
    func bytes(
        of batch: EventBatch, _ form: ObjectIdentifier, _ prefix: String,
        make: (inout ByteWriter) throws(Problem) -> Void
    ) throws(Problem) -> [UInt8] {
        if form == self.form, prefix == self.prefix, isLast(batch) { return bytes }
        var writer = ByteWriter(capacity: 1024)
        try make(&writer)
        positions = batch.indices.map { batch.view(at: $0).position }
        (self.form, self.prefix, bytes) = (form, prefix, writer.bytes.copied())
        return bytes
    }

    private func isLast(_ batch: EventBatch) -> Bool {
        if batch.count != positions.count { return false }
        for (index, position) in zip(batch.indices, positions)
        where batch.view(at: index).position != position {
            return false
        }
        return true
    }
}

/// That of each loop, as long as somebody follows there.
final class SharedTexts: Sendable {
    private struct Kept: Sendable { weak var text: SharedText? }

    private let loops = Mutex<[ObjectIdentifier: Kept]>([:])

    /// Called on the loop.
    func text(on loop: any EventLoop) -> SharedText {
        loops.withLock { loops in
            let key = ObjectIdentifier(loop)
            if let text = loops[key]?.text { return text }
            let text = SharedText()
            loops[key] = Kept(text: text)
            return text
        }
    }
}
