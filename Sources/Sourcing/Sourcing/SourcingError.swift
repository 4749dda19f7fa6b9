public import Daybook

/// What went wrong between a program's events and the store: what, why, what to do, and where.
public struct SourcingError: Error, Hashable, Sendable {
    /// The kind of failure; more may come, so a switch over it needs a default.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        public let description: String
        /// - Parameter description: As it is printed, `unknownEvent`; codes of the same name are equal.
        public init(_ description: String) { self.description = description }

        /// The catalog contradicts itself, or a program does not fit it.
        public static let invalidCatalog = Self("invalidCatalog")
        /// An event of a type or a version that the catalog does not know.
        public static let unknownEvent = Self("unknownEvent")
        /// An event whose data is not what its type says.
        public static let unreadable = Self("unreadable")
        /// An event that cannot be written as it is.
        public static let unwritable = Self("unwritable")
        /// Others were quicker each time, as often as it was tried.
        public static let contended = Self("contended")
        /// Something else was asked for under the same key before.
        public static let keyReused = Self("keyReused")
        /// The first events of a stream are gone.
        public static let truncated = Self("truncated")
        /// A snapshot is not what the events lead to.
        public static let wrongSnapshot = Self("wrongSnapshot")
        /// A name, a place or a setting that cannot be.
        public static let invalid = Self("invalid")
    }

    /// What kind of failure it is.
    public let code: Code
    /// What went wrong.
    public let what: String
    /// Why.
    public let why: String
    /// What to do about it.
    public let remedy: String
    /// Where: an event, a stream, an entry of the catalog.
    public let place: String?
    /// With `unknownEvent` and `unreadable`: where the event stands in the journal.
    public let position: Position?

    /// - Parameters:
    ///   - code: What kind of failure it is.
    ///   - what: What went wrong, as the beginning of a sentence.
    ///   - why: Why, as its end.
    ///   - remedy: What to do about it, as a sentence.
    ///   - place: An event, a stream, an entry of the catalog.
    ///   - position: Where the event stands in the journal.
    public init(
        _ code: Code, _ what: String, why: String, remedy: String, place: String? = nil,
        position: Position? = nil
    ) {
        self.code = code
        self.what = what
        self.why = why
        self.remedy = remedy
        self.place = place
        self.position = position
    }
}

extension SourcingError: CustomStringConvertible {
    public var description: String { "\(what): \(why)\(place.map { " (\($0))" } ?? ""). \(remedy)" }
}

// The texts, so that the same thing is said in the same words.

extension SourcingError {
    static func unknownEvent(_ event: RecordedEvent, version: Int, why: String) -> SourcingError {
        SourcingError(
            .unknownEvent,
            "An event of type '\(EventType(event.type, version: version))' cannot be read",
            why: why,
            remedy:
                "Add it to the catalog: as an event, an older version, a former name, or with IgnoredEvent; or say "
                + "with 'unknown:' what becomes of events that are not in it.",
            place: place(of: event), position: event.position)
    }

    static func unreadable(_ event: RecordedEvent, why: String) -> SourcingError {
        SourcingError(
            .unreadable, "An event of type '\(event.type)' cannot be read", why: why,
            remedy:
                "Where the fields have changed, count the version of the type up and read the old one with "
                + "'upcast(from:)' in the catalog.",
            place: place(of: event), position: event.position)
    }

    static func notInCatalog(_ type: EventType, why: String) -> SourcingError {
        SourcingError(
            .invalidCatalog, "Type '\(type)' is not in the catalog", why: why,
            remedy: "Add a line for it to the EventCatalog.", place: "type '\(type.name)'")
    }

    static func unwritable(_ type: EventType, _ error: any Error) -> SourcingError {
        SourcingError(
            .unwritable, "An event of type '\(type.name)' cannot be written", why: words(of: error),
            remedy: "Give it values that can be encoded.", place: "type '\(type.name)'")
    }

    static func contended(_ place: String, attempts: Int) -> SourcingError {
        SourcingError(
            .contended, "It was decided \(attempts) times, and never recorded",
            why: "each time somebody else had recorded something in the meantime",
            remedy:
                "Try again later; where many write to one stream or boundary, make it smaller, or raise "
                + "'attemptsMax'.", place: place)
    }

    /// The same, with what could not be made of its events.
    func readBy(_ reader: String) -> SourcingError {
        SourcingError(
            code, what, why: why, remedy: remedy,
            place: place.map { "\(reader), \($0)" } ?? reader, position: position)
    }

    private static func place(of event: RecordedEvent) -> String {
        "stream '\(event.stream)', revision \(event.revision), position \(event.position)"
    }

    /// An error of Swift's coders in one sentence.
    static func words(of error: any Error) -> String {
        func path(_ context: [any CodingKey]) -> String {
            context.isEmpty ? "" : " at '\(context.map(\.stringValue).joined(separator: "."))'"
        }
        switch error {
        case let error as DecodingError:
            switch error {
            case .keyNotFound(let key, let context):
                return "field '\(key.stringValue)' is missing\(path(context.codingPath))"
            case .valueNotFound(let type, let context):
                return "there is no \(type)\(path(context.codingPath)): \(context.debugDescription)"
            case .typeMismatch(let type, let context):
                return "there is no \(type)\(path(context.codingPath)): \(context.debugDescription)"
            case .dataCorrupted(let context):
                return context.debugDescription + path(context.codingPath)
            @unknown default: return "\(error)"
            }
        case let error as EncodingError:
            if case .invalidValue(_, let context) = error {
                return context.debugDescription + path(context.codingPath)
            }
            return "\(error)"
        default: return "\(error)"
        }
    }
}
