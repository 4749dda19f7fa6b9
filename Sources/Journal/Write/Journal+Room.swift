internal import Daybook
internal import DaybookBytes

extension Journal {
    /// Waits until there is room for an append of so many bytes, and holds it until `release`.
    package func enter(_ encoded: EncodedAppend) async -> Int {
        let bytes = encoded.bytesInFlight
        await writing?.gate.enter(bytes)
        return bytes
    }
    /// Whether no append is under way but one that holds so many bytes.
    package func isAlone(with bytes: Int) -> Bool { writing?.gate.isHeldOnly(bytes) ?? false }
    package func leave(_ bytes: Int) { writing?.gate.leave(bytes) }

    /// An append that is to be submitted without waiting for room: it holds what it takes until it is answered.
    package func prepare(
        _ encoded: EncodedAppend, from submitter: Submitter?, done: @escaping Completion
    ) -> PendingAppend {
        PendingAppend(encoded, submitter, leaving: writing?.gate, done)
    }

    /// Submits an append that was prepared; once.
    package func submitAtOnce(_ append: PendingAppend) {
        writing?.gate.enterAtOnce(append.encoded.bytesInFlight)
        submit(append)
    }

    /// Whether less is under way than there is room for.
    package var hasRoom: Bool { writing?.gate.hasRoom ?? true }

    /// Calls something once there is room, now or on a thread of the journal's.
    package func whenRoom(_ body: @escaping @Sendable () -> Void) {
        if let gate = writing?.gate { gate.whenRoom(body) } else { body() }
    }
}
