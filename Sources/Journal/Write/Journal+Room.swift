internal import Daybook
internal import DaybookBytes

extension Journal {
    /// Waits until there is room for an append of so many bytes, and holds it until `release`.
    package func enter(_ encoded: EncodedAppend) async -> Int {
        let bytes = Self.bytesInFlight(encoded)
        await writing?.gate.enter(bytes)
        return bytes
    }
    package func leave(_ bytes: Int) { writing?.gate.leave(bytes) }

    /// Submits an append without waiting for room, and holds what it takes until it is answered.
    package func submitAtOnce(
        _ encoded: EncodedAppend, from submitter: Submitter, done: @escaping Completion
    ) {
        guard let gate = writing?.gate else { return done(.failure(.readOnly())) }
        let bytes = Self.bytesInFlight(encoded)
        gate.enterAtOnce(bytes)
        submit(encoded, from: submitter) { answer in
            gate.leave(bytes)
            done(answer)
        }
    }

    private static func bytesInFlight(_ encoded: EncodedAppend) -> Int {
        encoded.records.count + 256
    }

    /// Whether less is under way than there is room for.
    package var hasRoom: Bool { writing?.gate.hasRoom ?? true }

    /// Calls something once there is room, now or on a thread of the journal's.
    package func whenRoom(_ body: @escaping @Sendable () -> Void) {
        if let gate = writing?.gate { gate.whenRoom(body) } else { body() }
    }
}
