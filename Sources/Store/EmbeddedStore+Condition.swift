package import Daybook
internal import DaybookJournal

/// How a journal that is open does, for whoever watches it.
package struct JournalCondition: Sendable, Hashable {
    package var id: EventID
    package var epoch: UInt64
    /// The last position that can be read.
    package var position: Position
    /// Bytes that frames take, and bytes that the files of the segments take on the device.
    package var usedBytes: UInt64
    package var fileBytes: UInt64
    package var indexBytes: UInt64
    package var segments: Int
    /// Events whose index is in memory only: so many are read again after a crash.
    package var eventsIndexedInMemory: UInt64
    /// What the journal stopped with: no more appends until it is opened again.
    package var failure: StoreError?
}

extension EmbeddedStore {
    /// Asks the system for the size of each segment: for a thread that may block.
    package func condition() -> JournalCondition {
        let view = journal.view
        let space = view.sizes()
        let position = view.watermark.position
        let onDisk = view.index.lastPositionOnDisk
        return JournalCondition(
            id: journal.id, epoch: journal.epoch, position: position,
            usedBytes: UInt64(space.usedBytes), fileBytes: UInt64(space.fileBytes),
            indexBytes: UInt64(view.indexBytes), segments: space.segments,
            eventsIndexedInMemory: position - min(position, onDisk), failure: journal.failure)
    }

    /// What the journal stopped with: it takes no more appends, and reads go on. Nil where all is well. Never blocks for
    /// long.
    package var failure: StoreError? { journal.failure }

    /// By what the history is told from others.
    package var identity: (journal: EventID, epoch: UInt64) { (journal.id, journal.epoch) }
}
