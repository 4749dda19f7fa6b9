// A checkpoint that does not fit is refused, never skipped over.

extension Checkpoint {
    /// Checks a consumer's place against the journal it is to go on in.
    /// - Parameters:
    ///   - head: the journal's own place.
    ///   - eventAt: the id of the event at a position that is not beyond the head.
    /// - Throws: `wrongCheckpoint`.
    package func check(
        against head: Checkpoint, eventAt: (Position) throws(StoreError) -> EventID?
    ) throws(StoreError) {
        guard journal == head.journal else {
            throw wrong("it is one of journal \(journal), and this is journal \(head.journal)")
        }
        guard epoch == head.epoch else {
            // As a checkpoint spells it.
            let now = String(head.epoch, radix: 16)
            throw wrong("the journal was restored, forked or cut since, in epoch \(now)")
        }
        guard position <= head.position else {
            throw wrong("position \(position) lies beyond the head, which is \(head.position)")
        }
        guard position > 0 else { return }
        guard try eventAt(position) == event else {
            throw wrong("another event stands at position \(position) now")
        }
    }

    private func wrong(_ why: String) -> StoreError {
        StoreError(
            .wrongCheckpoint, "The checkpoint does not belong to this history", why: why,
            remedy: "Begin again from 0, or from a checkpoint taken in this journal.",
            place: "position \(position)", position: position)
    }
}
