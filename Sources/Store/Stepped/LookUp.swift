package import Daybook
internal import DaybookJournal
internal import DaybookPlatform

/// A question to a store that is answered by one look, or a few.
package struct LookUp<Value: Sendable>: Sendable {
    let answer: @Sendable (EmbeddedStore, ReadMode) throws(ReadFailure) -> Value

    /// - Parameter dependsOnEnd: it is refused where something durable cannot be read, as what lies behind might change
    ///   the answer; false: the answer lies in what can be read, whatever follows there.
    init(
        dependsOnEnd: Bool = true,
        _ answer: @escaping @Sendable (EmbeddedStore, ReadMode) throws(ReadFailure) -> Value
    ) {
        self.answer = { store, mode throws(ReadFailure) in
            if dependsOnEnd { try store.journal.view.checkEnd() }
            return try answer(store, mode)
        }
    }
}

extension LookUp {
    /// The same question, with its answer as something else.
    package func map<Other: Sendable>(
        _ body: @escaping @Sendable (Value) -> Other
    ) -> LookUp<Other> {
        LookUp<Other>(dependsOnEnd: false) { [answer] store, mode throws(ReadFailure) in
            let found = try answer(store, mode)
            return body(found)
        }
    }
}

/// What became of a question.
package enum LookedUp<Value: Sendable>: Sendable {
    case found(Value)
    /// It has to wait for the device: the answer comes by the callback.
    case waiting
}

extension EmbeddedStore {
    /// The position of the last event that can be read; 0 where there is none.
    package var headPosition: Position { journal.view.watermark.position }

    /// Asks something without waiting.
    /// - Parameter done: called once where the answer is `.waiting`, and only then: on a thread of the store's that must
    ///   not be kept waiting.
    /// - Throws: `closed`, `corrupt`, `inputOutput`.
    package func lookUp<Value>(
        _ question: LookUp<Value>,
        waiting done: @escaping @Sendable (Result<Value, StoreError>) -> Void
    ) throws(StoreError) -> LookedUp<Value> {
        let found = try answering { mode throws(ReadFailure) in try question.answer(self, mode) }
        if let found { return .found(found) }
        answerLater({ mode throws(ReadFailure) in try question.answer(self, mode) }, done)
        return .waiting
    }

    func answer<Value>(_ question: LookUp<Value>) async throws(StoreError) -> Value {
        try checkOpen()
        return try await reading { mode throws(ReadFailure) in try question.answer(self, mode) }
    }
}

extension LookUp where Value == Checkpoint {
    /// The place of the last event.
    package static var head: LookUp {
        LookUp { store, mode throws(ReadFailure) in try store.lastReadable(mode) }
    }
}

extension EmbeddedStore {
    /// The place of the last event that can be read: the last there is, unless something durable cannot be.
    fileprivate func lastReadable(_ mode: ReadMode) throws(ReadFailure) -> Checkpoint {
        let position = headPosition
        var id: EventID?
        if position > 0 {
            let batch = try journal.view.batch(at: [position], mode)
            id = batch.view(at: 0).id
        }
        return Checkpoint(
            journal: journal.id, epoch: journal.epoch, position: position, event: id)
    }
}

extension LookUp where Value == RecordedEvent {
    /// The event at a position, which is not beyond the head; a stub where a compaction removed what was in it.
    package static func event(at position: Position) -> LookUp {
        LookUp(dependsOnEnd: false) { store, mode throws(ReadFailure) in
            try store.event(at: position, mode)
        }
    }
}

extension LookUp where Value == Void {
    /// Whether a checkpoint belongs to the history of the journal: `wrongCheckpoint` where it does not.
    package static func check(_ checkpoint: Checkpoint) -> LookUp {
        LookUp(dependsOnEnd: false) { store, mode throws(ReadFailure) in
            let head = try store.lastReadable(mode)
            if checkpoint.position > head.position { try store.journal.view.checkEnd() }
            let isWithin = checkpoint.position > 0 && checkpoint.position <= head.position
            let event = isWithin ? try store.event(at: checkpoint.position, mode) : nil
            do throws(StoreError) { try checkpoint.check(against: head) { _ in event?.id } } catch {
                throw .failed(error)
            }
        }
    }
}

extension LookUp where Value == StreamInfo {
    /// A stream as it is.
    /// - Throws: `invalid`.
    package static func stream(_ name: String) throws(StoreError) -> LookUp {
        try StreamName.validate(name)
        return LookUp { store, mode throws(ReadFailure) in
            try store.journal.view.stream(name, at: store.now, mode)
        }
    }
}

extension LookUp where Value == [StreamInfo] {
    /// Streams, as `EventStore.streams` has them.
    /// - Throws: `invalid`.
    package static func streams(
        prefix: String, after: String?, limit: Int
    ) throws(StoreError) -> LookUp {
        try Limits.validate(limit: limit)
        return LookUp { store, mode throws(ReadFailure) in
            try store.journal.view.streams(
                prefix: prefix, after: after, limit: limit, at: store.now, mode)
        }
    }
}

extension LookUp where Value == RecordValue? {
    /// A system record.
    /// - Throws: `invalid`.
    package static func record(owner: String, key: String) throws(StoreError) -> LookUp {
        try SystemRecord.validate(owner: owner, key: key)
        return LookUp { store, mode throws(ReadFailure) in
            try store.journal.view.index.record(owner: owner, key: key, mode)
        }
    }
}

extension LookUp where Value == [RecordValue] {
    /// System records, as `EventStore.records` has them.
    /// - Throws: `invalid`.
    package static func records(
        owner: String, after: String?, limit: Int
    ) throws(StoreError) -> LookUp {
        try NameKind.owner.validate(owner, limit: Limits.recordKeyBytesMax)
        try Limits.validate(limit: limit)
        return LookUp { store, mode throws(ReadFailure) in
            try store.journal.view.index.records(
                owner: owner, after: after, limit: limit, mode)
        }
    }
}

extension LookUp where Value == TrackingToken? {
    /// How far a consumer has come.
    /// - Throws: `invalid`.
    package static func tracking(_ consumer: String) throws(StoreError) -> LookUp {
        try NameKind.consumer.validate(consumer)
        return LookUp { store, mode throws(ReadFailure) in
            try store.journal.view.index.tracking(consumer, mode)
        }
    }
}
