internal import Daybook
internal import DaybookBytes
internal import DaybookCoding

/// What became of a request the first time, as a system record keeps it.
struct CommandOutcome: Codable, Sendable {
    /// Until when it is kept, in microseconds since 1970.
    var until: Int64
    /// Of what was asked for; nil where nothing can be said of it.
    var digest: UInt64?
    /// Of the first and the last event that it led to in its stream; nil where it led to none.
    var first: Revision?
    var last: Revision?
    /// The events that a decision over several things led to; nil where there are none.
    var placed: PlacedOutcome?
    /// Why it was refused, in CBOR; nil where it was not.
    var refusal: [UInt8]?

    init(until: Timestamp, digest: UInt64?) {
        self.until = until.microseconds
        self.digest = digest
    }

    init(decoding record: RecordValue, of owner: String) throws {
        do {
            self = try PayloadDecoder(.cbor).decode(Self.self, from: record.value.rawSpan)
        } catch {
            throw SourcingError.unreadableOutcome(error, owner: owner, key: record.key)
        }
    }

    /// An array of one: a refusal may be a bare value, which some coders take inside others only.
    mutating func refuse(_ refusal: some Error & Encodable) throws {
        self.refusal = try PayloadEncoder(.cbor).encode([refusal])
    }
}

/// Events that were recorded one behind the other, wherever.
struct PlacedOutcome: Codable, Sendable {
    /// Of the first one.
    var stream: String
    var id: EventID
    /// All of them stand behind this position: what was decided on.
    var after: Position
    var count: Int
}

extension SourcingError {
    static func unreadableOutcome(_ error: any Error, owner: String, key: String) -> SourcingError {
        SourcingError(
            .unreadable, "The outcome of a command cannot be read", why: words(of: error),
            remedy: "Remove the record, if nobody repeats that command any more.",
            place: "owner '\(owner)', key '\(key)'")
    }
}
