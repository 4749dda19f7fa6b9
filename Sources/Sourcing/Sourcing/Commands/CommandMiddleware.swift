internal import Daybook

/// What is done around every command: it sees the command and why it is sent, and what becomes of it.
///
/// ```swift
/// struct Sealed: CommandMiddleware {
///     func handle<Sent: Command>(
///         _ command: Sent, _ context: CommandContext, next: CommandRest<Sent>
///     ) async throws -> Sent.Result {
///         try await Cause.with(Cause(...)) { try await next(command) }
///     }
/// }
/// ```
public protocol CommandMiddleware: Sendable {
    /// Has a command done, or not; sees what becomes of it.
    /// - Parameters:
    ///   - command: What is asked for.
    ///   - context: Who sent it, and why.
    ///   - next: What is further in, and the handler at last. Not called, the command is not done; called again, it is done
    ///     again.
    /// - Returns: what the sender gets.
    /// - Throws: what it likes, and what `next` throws: the sender gets it as it is.
    func handle<Sent: Command>(
        _ command: Sent, _ context: CommandContext, next: CommandRest<Sent>
    ) async throws -> Sent.Result
}

/// What is further in than a middleware, and the handler at last: called like a function.
///
/// A type, and no function: functions that wait have two types, of which each module has its own by its settings.
public struct CommandRest<Sent: Command>: Sendable {
    let context: CommandContext
    let handler: CommandHandler<Sent>
    let middleware: ArraySlice<any CommandMiddleware>

    /// Has the command done.
    /// - Parameter command: As it was, or changed.
    /// - Returns: what the handler says.
    /// - Throws: what the handler and what is around it throw, as it is.
    public func callAsFunction(_ command: Sent) async throws -> Sent.Result {
        guard let first = middleware.first else { return try await handler.handle(command) }
        let rest = CommandRest(
            context: context, handler: handler, middleware: middleware.dropFirst())
        return try await first.handle(command, context, next: rest)
    }
}

/// Tells of each command how it ended and how long it took: to a log, to metrics, to traces.
public struct CommandLogging: CommandMiddleware {
    /// What became of a command.
    public struct Entry: Sendable {
        /// Who sent it, and why.
        public let context: CommandContext
        /// What was asked for.
        public let command: any Command
        /// Nil where it was done.
        public let error: (any Error)?
        /// How long it took, by the clock of the ``CommandLogging``.
        public let duration: Duration
    }

    private let clock: any Clock<Duration>
    private let tell: @Sendable (Entry) -> Void

    /// - Parameters:
    ///   - clock: What the time is measured by.
    ///   - tell: is called once for each command, when it has ended.
    public init(
        clock: any Clock<Duration> = ContinuousClock(), _ tell: @escaping @Sendable (Entry) -> Void
    ) {
        self.clock = clock
        self.tell = tell
    }

    public func handle<Sent: Command>(
        _ command: Sent, _ context: CommandContext, next: CommandRest<Sent>
    ) async throws -> Sent.Result {
        let stopwatch = Stopwatch(clock)
        func entry(_ error: (any Error)?) -> Entry {
            Entry(context: context, command: command, error: error, duration: stopwatch.elapsed)
        }
        do {
            let result = try await next(command)
            tell(entry(nil))
            return result
        } catch {
            tell(entry(error))
            throw error
        }
    }
}

extension CommandLogging.Entry: CustomStringConvertible {
    /// `Withdraw 6f1c… refused in 0.2 ms: notEnough(balance: 20)`
    public var description: String {
        let end = error.map { "failed after \(duration): \($0)" } ?? "done in \(duration)"
        return "\(context.name) \(context.id) \(end)"
    }
}

/// Lets through only what may be done.
public struct CommandAuthorization: CommandMiddleware {
    private let check: @Sendable (any Command, CommandContext) async throws -> Void

    /// - Parameter check: Throws where the command may not be done; what it throws, the sender gets.
    public init(_ check: @escaping @Sendable (any Command, CommandContext) async throws -> Void) {
        self.check = check
    }

    public func handle<Sent: Command>(
        _ command: Sent, _ context: CommandContext, next: CommandRest<Sent>
    ) async throws -> Sent.Result {
        try await check(command, context)
        return try await next(command)
    }
}

/// Has a command done again where it failed by something that passes.
///
/// A repository decides again by itself where others were quicker. This is for what lies around it.
public struct CommandRetry: CommandMiddleware {
    private let retries: Retries
    private let passes: @Sendable (any Error) -> Bool

    /// - Parameters:
    ///   - retries: How often, after which pauses.
    ///   - passes: Whether it may go well the next time, and nothing has been done yet. Unless you say otherwise, where a store
    ///     was busy or full, or others were quicker each time: then nothing was recorded by the append that failed.
    public init(
        _ retries: Retries = Retries(),
        where passes: @escaping @Sendable (any Error) -> Bool = Self.passes
    ) {
        self.retries = retries
        self.passes = passes
    }

    /// Errors after which nothing was recorded, and that pass: `busy` and `diskFull` of a store, `contended`.
    public static func passes(_ error: any Error) -> Bool {
        switch error {
        case let error as StoreError: [.busy, .diskFull].contains(error.code)
        case let error as SourcingError: error.code == .contended
        default: false
        }
    }

    public func handle<Sent: Command>(
        _ command: Sent, _ context: CommandContext, next: CommandRest<Sent>
    ) async throws -> Sent.Result {
        var attempt = 1
        while true {
            do { return try await next(command) } catch {
                if attempt >= retries.attemptsMax || !passes(error) { throw error }
            }
            let pause = try retries.pause(&attempt, "command '\(context.name)'")
            try await retries.clock.sleep(for: pause)
        }
    }
}
