public import Daybook

/// Why something is done: what caused it, and what it belongs to. Stamped on every event that is recorded meanwhile.
///
/// ```swift
/// try await Cause.with(correlation: request.id) {
///     try await accounts.execute(.withdraw(30), on: "41")
/// }
/// ```
///
/// It goes with the task and its children; a detached task begins without.
public struct Cause: Hashable, Sendable {
    /// The id of the event or of the command that caused it, at most 256 bytes.
    public var causation: String?
    /// Shared by all that follows from one request, at most 256 bytes.
    public var correlation: String?
    /// What is recorded with each event beside its data: who asked, from where. Keys that begin with `$` are not yours.
    public var metadata: [(key: String, value: String)] { fields.map { ($0.key, $0.value) } }
    private var fields: [Field] = []

    private struct Field: Hashable, Sendable {
        let key: String
        let value: String
    }

    /// Why something is done; what is nil is found anew: see ``Repository/update(_:because:_:)``.
    /// - Parameters:
    ///   - causation: The id of the event or of the command that caused it, at most 256 bytes.
    ///   - correlation: Shared by all that follows from one request, at most 256 bytes.
    ///   - metadata: What is recorded with each event beside its data. Keys that begin with `$` are refused when an event is
    ///     recorded.
    public init(
        causation: String? = nil, correlation: String? = nil, metadata: [String: String] = [:]
    ) {
        self.causation = causation
        self.correlation = correlation
        fields = metadata.sorted { $0.key < $1.key }.map { Field(key: $0.key, value: $0.value) }
    }

    /// What an event causes: it belongs to what the event belongs to.
    public init(of event: RecordedEvent, metadata: [String: String] = [:]) {
        self.init(
            causation: "\(event.id)", correlation: event.correlation ?? "\(event.id)",
            metadata: metadata)
    }

    /// Why the present task does what it does.
    @TaskLocal public static var current = Cause()

    /// Does something because of something.
    @discardableResult
    public static func with<Result>(
        _ cause: Cause, _ body: () async throws -> Result
    ) async rethrows -> Result {
        try await $current.withValue(cause, operation: body)
    }

    /// The same, with what is not said here as it was.
    @discardableResult
    public static func with<Result>(
        causation: String? = nil, correlation: String? = nil, _ body: () async throws -> Result
    ) async rethrows -> Result {
        var cause = current
        if let causation { cause.causation = causation }
        if let correlation { cause.correlation = correlation }
        return try await with(cause, body)
    }

    /// Why a command is done: as it is said, else as the task says. A command that nothing caused is itself the cause of
    /// what it leads to, which belongs to it.
    /// - Parameter key: The name of the command, where it has one.
    static func of(_ said: Cause?, key: String? = nil) -> Cause {
        var cause = said ?? current
        if cause.causation != nil && cause.correlation != nil { return cause }
        let command = cause.causation ?? key ?? "\(EventID())"
        cause.causation = command
        cause.correlation = cause.correlation ?? command
        return cause
    }
}
