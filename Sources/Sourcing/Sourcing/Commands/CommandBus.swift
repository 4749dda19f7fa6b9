/// Brings each command to the one who does it, and what has to be done around all of them is done there: once.
///
/// ```swift
/// let bus = try CommandBus(
///     for: [OpenAccount.self, Withdraw.self],
///     around: [CommandLogging { print($0) }, CommandAuthorization { command, _ in … }]
/// ) {
///     CommandHandler(OpenAccount.self, in: accounts, on: \.account) { .open(owner: $0.owner) }
///     CommandHandler(Withdraw.self, in: accounts, on: \.account) { .withdraw($0.amount) }
/// }
/// try await bus.send(Withdraw(account: "41", amount: 30))
/// ```
///
/// It belongs to whoever made it: there is no list of handlers that a program shares without saying so.
public struct CommandBus: Sendable {
    let routes: [ObjectIdentifier: CommandRoute]
    private let middleware: [any CommandMiddleware]

    /// - Parameters:
    ///   - commands: All that will be sent, so that a missing handler is found now and not when one is sent.
    ///   - middleware: What is done around each command; the first is the outermost.
    ///   - handlers: A ``CommandHandler`` for each command; another bus stands for all of its handlers.
    /// - Throws: `invalidCommands` where a command has two handlers, or one of `commands` none.
    public init(
        for commands: [any Command.Type] = [], around middleware: [any CommandMiddleware] = [],
        @CommandRoutes _ handlers: () -> [CommandRoute]
    ) throws(SourcingError) {
        var routes: [ObjectIdentifier: CommandRoute] = [:]
        for route in handlers() {
            if routes.updateValue(route, forKey: ObjectIdentifier(route.command)) != nil {
                throw SourcingError(
                    .invalidCommands, "\(route.command.name) has two handlers",
                    why: "a command is done by one", remedy: "Leave one of them out.",
                    place: "command '\(route.command.name)'")
            }
        }
        self.routes = routes
        self.middleware = middleware
        for command in commands where routes[ObjectIdentifier(command)] == nil {
            throw .unhandled(command, .invalidCommands, known: names)
        }
    }

    /// The commands that somebody does, by name.
    public var names: [String] { routes.values.map { $0.command.name }.sorted() }

    /// Has a command done.
    ///
    /// What is recorded meanwhile carries the command's id as its causation, and shares its correlation: that of the task
    /// that sends it, or the command's own id where the task has none. See ``Cause``.
    /// - Parameters:
    ///   - command: What is asked for.
    ///   - id: Of this sending, at most 256 bytes; nil: a new one.
    /// - Returns: what the handler says.
    /// - Throws: `unhandled`; what the handler and what is around it throw, as it is.
    @discardableResult
    public func send<Sent: Command>(_ command: Sent, id: String? = nil) async throws -> Sent.Result
    {
        guard
            let handler = routes[ObjectIdentifier(Sent.self)]?.handler as? CommandHandler<Sent>
        else { throw SourcingError.unhandled(Sent.self, .unhandled, known: names) }
        let context = CommandContext(name: Sent.name, id: id, sender: Cause.current)
        let rest = CommandRest(
            context: context, handler: handler, middleware: middleware[...])
        return try await Cause.with(context.cause) { try await rest(command) }
    }
}

extension SourcingError.Code {
    /// A command bus with two handlers for one command, or none for one that will be sent.
    public static let invalidCommands = Self("invalidCommands")
    /// A command that nobody does.
    public static let unhandled = Self("unhandled")
}

extension SourcingError {
    fileprivate static func unhandled(
        _ command: any Command.Type, _ code: Code, known: [String]
    ) -> SourcingError {
        SourcingError(
            code, "\(command.name) has no handler",
            why: known.isEmpty
                ? "the bus has none at all"
                : "the bus has some for \(known.joined(separator: ", "))",
            remedy: "Add a CommandHandler(\(command).self) to the bus.",
            place: "command '\(command.name)'")
    }
}
