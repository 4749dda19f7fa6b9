/// Who does a command.
///
/// ```swift
/// CommandHandler(Withdraw.self, in: accounts, on: \.account) { .withdraw($0.amount) }
/// CommandHandler(CloseBooks.self) { command in try await books.close(command.day) }
/// ```
public struct CommandHandler<Handled: Command>: Sendable {
    let handle: @Sendable (Handled) async throws -> Handled.Result

    /// A closure does it.
    /// - Parameters:
    ///   - command: The type of the commands.
    ///   - handle: Does one, and says what becomes of it. What it throws, the sender gets.
    public init(
        _ command: Handled.Type,
        _ handle: @escaping @Sendable (Handled) async throws -> Handled.Result
    ) {
        self.handle = handle
    }

    /// The decider of a repository does it.
    /// - Parameters:
    ///   - command: The type of the commands.
    ///   - repository: Where those are kept whom it may be about.
    ///   - id: Where the command names whom it is about.
    ///   - asked: What is asked of that one.
    public init<Model: Decider>(
        _ command: Handled.Type, in repository: Repository<Model>,
        on id: any KeyPath<Handled, String> & Sendable,
        _ asked: @escaping @Sendable (Handled) -> Model.Command
    ) where Handled.Result == Executed<Model> {
        handle = { try await repository.execute(asked($0), on: $0[keyPath: id]) }
    }

    /// The decider of a repository does it, once under each key: a command that comes twice is answered as the first time.
    /// - Parameters:
    ///   - command: The type of the commands.
    ///   - repository: Where those are kept whom it may be about.
    ///   - id: Where the command names whom it is about.
    ///   - key: Where it has the client's own name of the request.
    ///   - asked: What is asked of that one.
    public init<Model: Decider>(
        _ command: Handled.Type, in repository: Repository<Model>,
        on id: any KeyPath<Handled, String> & Sendable,
        key: any KeyPath<Handled, String> & Sendable,
        _ asked: @escaping @Sendable (Handled) -> Model.Command
    ) where Handled.Result == Executed<Model>, Model.Refusal: Codable {
        handle = { command in
            try await repository.execute(
                asked(command), on: command[keyPath: id], key: command[keyPath: key])
        }
    }
}

/// A line of a ``CommandBus``.
public struct CommandRoute: Sendable {
    let command: any Command.Type
    /// A ``CommandHandler`` of the command.
    let handler: any Sendable
}

/// Makes a list of the handlers that stand one below the other.
@resultBuilder
public enum CommandRoutes {
    /// A line of its own.
    public static func buildExpression<Handled>(
        _ handler: CommandHandler<Handled>
    ) -> [CommandRoute] {
        [CommandRoute(command: Handled.self, handler: handler)]
    }
    /// All handlers of another bus, without what it does around them.
    public static func buildExpression(_ bus: CommandBus) -> [CommandRoute] {
        Array(bus.routes.values)
    }
    /// All of them, one below the other.
    public static func buildBlock(_ parts: [CommandRoute]...) -> [CommandRoute] {
        parts.flatMap { $0 }
    }
    /// What stands below an `if`; none where it does not hold.
    public static func buildOptional(_ part: [CommandRoute]?) -> [CommandRoute] { part ?? [] }
    /// What stands below an `if` that has an `else`.
    public static func buildEither(first part: [CommandRoute]) -> [CommandRoute] { part }
    /// What stands below an `else`.
    public static func buildEither(second part: [CommandRoute]) -> [CommandRoute] { part }
}
