internal import Daybook
internal import DaybookPlatform
internal import DaybookStore

/// `daybook tail`: prints what is recorded from now on, until it is stopped.
enum TailCommand {
    static let declaration = CommandDeclaration(
        "tail", "Follow events as they are recorded, also beside a running writer.",
        operands: [SelectionOptions.stream],
        options: SelectionOptions.declarations + [
            .value(
                "from", "N", summary: "Begin at this revision of a stream, else at this position."),
            .value(
                "after", "CHECKPOINT",
                summary:
                    "Begin behind the place that `head` or `journals --json` told; refused where "
                    + "the history is another one since."),
            .value("since", "TIME", summary: "Begin with what was recorded at or after this time."),
            .flag("occurred", "--since means the time of occurrence."),
            .value(
                "last", "N", summary: "Begin with the last N events (default: with what comes)."),
            .value("limit", "N", summary: "End after so many events."),
        ],
        isServed: true,
        notes: ["Ctrl-C ends it, with exit code 0; so does --limit."],
        examples: ["daybook tail --all", "daybook tail --category account --last 10 --json"],
        run: run)

    private static let run: CommandDeclaration.Body = { invocation in
        let start = try TailStart(invocation.arguments, invocation.surroundings.time)
        let limit = try invocation.arguments.count("limit")
        // Opening a large store takes a moment, and being stopped then is how it ends, too.
        invocation.surroundings.interruption.listen {}
        return try await invocation.withStore(.readOnly) { store in
            let following = Task { try await follow(store, start, limit, invocation) }
            invocation.surroundings.interruption.listen { following.cancel() }
            try await following.value
            return .success
        }
    }

    private static func follow(
        _ store: any OpenedStore, _ start: TailStart, _ limit: Int?, _ invocation: Invocation
    ) async throws {
        var printer = EventPrinter(invocation)
        var left = limit ?? .max
        let cursor = try await store.subscribe(
            Subscription(
                start.options.selection, from: try await start.resolve(in: store),
                includesSystemStreams: start.options.includesSystemStreams))
        while let signal = try await cursor.next() {
            guard case .events(let batch) = signal else { continue }
            for index in batch.indices where start.includes(batch.view(at: index)) {
                try printer.print(batch, at: index)
                left -= 1
                if left == 0 { return }
            }
            try invocation.output.flush()
        }
    }
}

/// Where following begins.
struct TailStart: Sendable {
    let options: SelectionOptions
    private let from: UInt64?
    private let checkpoint: Checkpoint?
    private let since: Timestamp?
    private let isOccurred: Bool
    private let last: Int?

    init(_ arguments: Arguments, _ time: any TimeSource) throws(Failure) {
        options = try SelectionOptions(arguments)
        let starts = ["from", "after", "since", "last"]
        for (number, first) in starts.enumerated() {
            for second in starts[(number + 1)...] {
                try arguments.refuse(first, with: second, why: "both say where to begin")
            }
        }
        checkpoint = try Self.checkpoint(arguments)
        from = try arguments.number("from")
        last = try arguments.count("last")
        if let text = arguments["since"] {
            since = try Instant.parse(text, option: "since", time)
        } else {
            since = nil
        }
        isOccurred = arguments.has("occurred")
    }

    private static func checkpoint(_ arguments: Arguments) throws(Failure) -> Checkpoint? {
        guard let text = arguments["after"] else { return nil }
        guard let checkpoint = Checkpoint(text) else {
            throw .usage(
                "`--after \(text)` cannot be used", why: "that is no checkpoint",
                remedy: "Give what `daybook head` tells, whole; for a position there is --from.")
        }
        return checkpoint
    }

    /// Where following begins.
    func resolve(in store: any EventStore) async throws -> Subscription.Start {
        if let checkpoint { return .checkpoint(checkpoint) }
        return .after(try await position(in: store))
    }

    /// The position after which to follow.
    private func position(in store: any EventStore) async throws -> Position {
        let head = try await store.head().position
        var read = Read(
            options.selection, limit: 1, includesSystemStreams: options.includesSystemStreams)
        if let last {
            if head == 0 { return 0 }
            (read.direction, read.start, read.limit) = (.backwards, .position(head), last)
        } else if let since {
            // Occurrence does not follow the order of recording, so everything has to be looked at.
            if isOccurred { return 0 }
            read.start = .time(since)
        } else if let from {
            if !options.isOneStream { return max(from, 1) - 1 }
            read.start = .revision(from)
        } else {
            return head
        }
        return try await lastPosition(of: read, in: store).map { $0 - 1 } ?? head
    }

    /// Whether an event that came lies behind the start that was asked for.
    func includes(_ event: borrowing EventView) -> Bool {
        if let since, isOccurred { return event.occurredAt ?? event.recordedAt >= since }
        if let from, options.isOneStream { return event.revision >= from }
        return true
    }

    /// The position of the last event that is read; nil where there is none.
    private func lastPosition(of read: Read, in store: any EventStore) async throws -> Position? {
        var position: Position?
        let cursor = try store.cursor(read)
        do {
            while let batch = try await cursor.next() { position = batch.lastPosition }
        } catch {
            // A stream may be followed before it is there.
            if error.code != .streamNotFound { throw error }
        }
        return position
    }
}
