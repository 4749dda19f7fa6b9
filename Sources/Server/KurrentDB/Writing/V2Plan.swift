internal import Daybook
internal import DaybookDesk
internal import DaybookGRPC
internal import DaybookJSON

extension StreamsV2 {
    /// What an `AppendSession` or an `AppendRecords` comes to: an append, and what its client expects.
    struct Plan {
        let proposed: ProposedAppend
        private(set) var expectations: Expectations
        private var streams: Set<[UInt8]> = []

        /// Nothing yet: the streams of an `AppendSession` are added one by one.
        static func session(_ incoming: IncomingBytes) -> Plan {
            Plan(isSession: true, incoming)
        }

        /// What a whole `AppendRecords` comes to.
        static func records(
            _ request: AppendRecordsRequest, _ incoming: IncomingBytes
        ) throws(GRPCStatus) -> Plan {
            var plan = Plan(isSession: false, incoming)
            guard request.checks.count <= Limits.appendStreamsMax else {
                throw .invalid("an append has at most \(Limits.appendStreamsMax) checks")
            }
            for (place, check) in request.checks.enumerated() {
                guard let state = check.state else {
                    throw .invalid("check \(place) is of a kind that is not known here")
                }
                guard plan.streams.insert(Array(state.stream.utf8)).inserted else {
                    throw .invalid("stream '\(state.stream)' has more than one check")
                }
                try plan.expect(state.expected, of: state.stream, check: place)
            }
            var last: String?
            for record in request.records {
                if last?.isSpelled(as: record.stream) != true { try permit(record.stream) }
                last = record.stream
                try plan.add(record, to: record.stream)
            }
            return plan
        }

        private init(isSession: Bool, _ incoming: IncomingBytes) {
            expectations = Expectations(isSession: isSession)
            proposed = ProposedAppend(incoming)
        }

        /// Adds what one stream of a session gets.
        mutating func add(_ request: AppendRequest) throws(GRPCStatus) {
            try Self.permit(request.stream)
            guard streams.insert(Array(request.stream.utf8)).inserted else {
                throw Failure.streamAlreadyInSession(request.stream).status(
                    "Stream '\(request.stream)' comes twice in one session")
            }
            if request.records.isEmpty {
                throw .invalid("stream '\(request.stream)' gets no records")
            }
            let place = expectations.all.count
            if let state = request.expected { try expect(state, of: request.stream, check: place) }
            for record in request.records { try add(record, to: request.stream) }
        }

        /// Checks the name of a stream to be written, before it is held and told. Clients know a denial by its code;
        /// where it has details as well, that of Python does not.
        private static func permit(_ stream: String) throws(GRPCStatus) {
            do throws(StoreError) { try StreamName.validateWritten(stream) } catch {
                throw GRPCStatus(error, stream: stream)
            }
        }

        private mutating func expect(
            _ state: StreamState, of stream: String, check: Int
        ) throws(GRPCStatus) {
            if proposed.terms.conditions.hasOtherSpelling(of: stream) {
                throw GRPCStatus(.twoSpellings(stream, place: nil))
            }
            expectations.all.append(Expectation(check: check, stream: stream, state: state))
            proposed.expect(state.condition, of: stream)
        }

        private mutating func add(_ record: Record, to stream: String) throws(GRPCStatus) {
            do throws(WriteRefusal) { try proposed.add(record, to: stream) } catch {
                throw expectations.status(error)
            }
        }
    }
}

extension StreamsV2.StreamState {
    /// What is expected, to the store.
    var condition: StreamCondition {
        switch self {
        case .revision(let revision): .revision(revision)
        case .noStream: .none
        case .any: .any
        case .exists: .exists
        case .softDeleted: .softDeleted
        case .tombstoned: .tombstoned
        }
    }

    /// How a stream is, as the store says it.
    init(_ state: Daybook.StreamState) {
        self =
            switch state {
            case .never, .onlyMetadata: .noStream
            case .live(let last): .revision(last)
            case .softDeleted: .softDeleted
            case .tombstoned: .tombstoned
            }
    }
}

extension ProposedAppend {
    /// Adds a record: its properties are the metadata of the event.
    fileprivate func add(_ record: StreamsV2.Record, to stream: String) throws(WriteRefusal) {
        guard let schema = record.schema, !schema.name.isEmpty else {
            throw .invalid("a record has no name of its schema, which is the type of the event")
        }
        if schema.format == .unspecified {
            throw .invalid("a record does not say the format of its data")
        }
        let sent = record.metadata
        let event = Event(
            id: record.id ?? EventID(), type: schema.name, data: record.data,
            contentType: schema.format == .json ? Event.json : Event.bytes, metadata: sent.rest,
            tags: sent.tags, causation: sent.causation, correlation: sent.correlation)
        try event.withFields { (fields) throws(WriteRefusal) in try add(fields, to: stream) }
    }
}
