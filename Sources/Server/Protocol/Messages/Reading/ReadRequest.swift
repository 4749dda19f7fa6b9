package import Daybook
package import DaybookProtobuf

extension V1 {
    /// What a `ReadRequest` and a `SubscribeRequest` have in common: the journal, and the history that it has to have.
    package struct Place: Hashable, Sendable {
        package var journal: String
        /// Empty: whatever it is.
        package var history: String

        package init(journal: String = "", history: String = "") {
            self.journal = journal
            self.history = history
        }
    }

    /// A `ReadRequest`.
    package struct SentRead: ProtobufDecodable {
        package private(set) var place = Place()
        private var selection: SentSelection?
        private var direction: UInt64 = 0
        private var start: SentStart?
        private var limit: UInt64?
        private var occurredSince: Int64?
        private var occurredUntil: Int64?
        private var includesSystemStreams = false

        package init() {}

        package mutating func decode(
            field: Int, from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            switch field {
            case 1: place.journal = try reader.string()
            case 2: try reader.merge(into: &selection)
            case 3: direction = try reader.uint64()
            case 4: try reader.merge(into: &start)
            case 5: limit = try reader.uint64()
            case 6: occurredSince = try reader.sint64()
            case 7: occurredUntil = try reader.sint64()
            case 8: includesSystemStreams = try reader.bool()
            case 9: place.history = try reader.string()
            default: break
            }
        }

        /// What is asked for.
        /// - Throws: `invalid`.
        package func read() throws(StoreError) -> Read {
            guard direction <= 2 else { throw .unknownKind("direction") }
            let read = Read(
                try selection?.known ?? .all, direction == 2 ? .backwards : .forwards,
                from: try start?.known, limit: limit.map { Int(clamping: $0) },
                occurredSince: occurredSince.map { Timestamp(microseconds: $0) },
                occurredUntil: occurredUntil.map { Timestamp(microseconds: $0) },
                includesSystemStreams: includesSystemStreams)
            try read.validate()
            return read
        }
    }

    /// A `ReadStart`.
    private struct SentStart: ProtobufDecodable {
        private var start: Read.Start?

        mutating func decode(
            field: Int, from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            switch field {
            case 1: start = .position(try reader.uint64())
            case 2: start = .revision(try reader.uint64())
            case 3: start = .time(Timestamp(microseconds: try reader.sint64()))
            default: break
            }
        }

        var known: Read.Start {
            get throws(StoreError) {
                guard let start else { throw .unknownKind("start") }
                return start
            }
        }
    }

    /// A `SubscribeRequest`.
    package struct SentSubscription: ProtobufDecodable {
        package private(set) var place = Place()
        private var selection: SentSelection?
        private var start: SentSubscriptionStart?
        private var includesSystemStreams = false

        package init() {}

        package mutating func decode(
            field: Int, from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            switch field {
            case 1: place.journal = try reader.string()
            case 2: try reader.merge(into: &selection)
            case 3: try reader.merge(into: &start)
            case 4: includesSystemStreams = try reader.bool()
            case 5: place.history = try reader.string()
            default: break
            }
        }

        /// What is asked for.
        /// - Throws: `invalid`.
        package func subscription() throws(StoreError) -> Subscription {
            let subscription = Subscription(
                try selection?.known ?? .all, from: try start?.known ?? .beginning,
                includesSystemStreams: includesSystemStreams)
            try subscription.validate()
            return subscription
        }
    }

    /// A `SubscriptionStart`.
    private struct SentSubscriptionStart: ProtobufDecodable {
        private var start: Subscription.Start?
        /// A checkpoint that is none.
        private var isNoCheckpoint = false

        mutating func decode(
            field: Int, from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            switch field {
            case 1:
                _ = try reader.span()
                start = .beginning
            case 2:
                _ = try reader.span()
                start = .now
            case 3: start = .after(try reader.uint64())
            case 4:
                let checkpoint = Checkpoint(try reader.string())
                isNoCheckpoint = checkpoint == nil
                start = checkpoint.map { .checkpoint($0) }
            default: break
            }
        }

        var known: Subscription.Start {
            get throws(StoreError) {
                if isNoCheckpoint {
                    throw .invalid(
                        "The checkpoint is none", why: "it is not written as one",
                        remedy: "Send one as `GetHead` tells it, byte for byte.")
                }
                guard let start else { throw .unknownKind("start") }
                return start
            }
        }
    }
}

extension Read {
    /// Writes it as a `ReadRequest`.
    package func encode(_ place: V1.Place, into writer: inout ProtobufWriter) {
        writer.string(1, place.journal)
        if selection != .all { writer.message(2) { selection.encode(into: &$0) } }
        writer.uint64(3, direction == .forwards ? 1 : 2)
        switch start {
        case .end: break
        case .position(let position): writer.message(4) { $0.uint64(1, always: position) }
        case .revision(let revision): writer.message(4) { $0.uint64(2, always: revision) }
        case .time(let time): writer.message(4) { $0.sint64(3, always: time.microseconds) }
        }
        if let limit { writer.uint64(5, always: UInt64(clamping: limit)) }
        if let time = occurredSince { writer.sint64(6, always: time.microseconds) }
        if let time = occurredUntil { writer.sint64(7, always: time.microseconds) }
        writer.bool(8, includesSystemStreams)
        writer.string(9, place.history)
    }
}

extension Subscription {
    /// Writes it as a `SubscribeRequest`.
    package func encode(_ place: V1.Place, into writer: inout ProtobufWriter) {
        writer.string(1, place.journal)
        if selection != .all { writer.message(2) { selection.encode(into: &$0) } }
        writer.message(3) { writer in
            switch start {
            case .beginning: writer.empty(1)
            case .now: writer.empty(2)
            case .after(let position): writer.uint64(3, always: position)
            case .checkpoint(let checkpoint): writer.string(4, always: checkpoint.description)
            }
        }
        writer.bool(4, includesSystemStreams)
        writer.string(5, place.history)
    }
}
