/// An event as it stands in a journal: also one whose data and metadata were removed.
package struct ExactEvent: Hashable, Sendable {
    package var recorded: RecordedEvent
    /// What is known of the bytes that were removed; nil where the event is whole.
    package var removed: EventRecord.Removed?

    package init(_ recorded: RecordedEvent, removed: EventRecord.Removed? = nil) {
        self.recorded = recorded
        self.removed = removed
    }

    package init(_ view: borrowing EventView) {
        self.init(RecordedEvent(view), removed: view.removed)
    }
}
