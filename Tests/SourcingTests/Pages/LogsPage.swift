import Daybook
import DaybookSourcing
import DaybookStoreContract

// The code of `Documentation/sourcing/logs-and-metrics.md`.

extension Elsewhere {
    struct SourcingFigures: Sendable {
        let eventsLoaded = Counter(label: "sourcing_events_loaded")
        let eventsRecorded = Counter(label: "sourcing_events_recorded")
        let refusals = Counter(label: "sourcing_refusals")
        let attempts = Counter(label: "sourcing_further_attempts")
        let loading = Timer(label: "sourcing_loading")
        let deciding = Timer(label: "sourcing_deciding")
        let recording = Timer(label: "sourcing_recording")

        func take(_ signal: SourcingSignal) {
            switch signal {
            case .loaded(_, let events, let duration):
                eventsLoaded.increment(by: events)
                loading.record(duration: duration)
            case .decided(_, _, let duration):
                deciding.record(duration: duration)
            case .refused(_, _, let duration):
                refusals.increment()
                deciding.record(duration: duration)
            case .recorded(_, let events, _, let duration):
                eventsRecorded.increment(by: events)
                recording.record(duration: duration)
            case .retried:
                attempts.increment()
            default: break
            }
        }
    }

    /// A span around each command, which its events name.
    struct Traced: CommandMiddleware {
        func handle<Sent: Command>(
            _ command: Sent, _ context: CommandContext, next: CommandRest<Sent>
        ) async throws -> Sent.Result {
            try await withSpan(context.name) { span in
                span.attributes["command"] = context.id
                span.attributes["request"] = context.cause.correlation
                var metadata: [String: String] = [:]
                InstrumentationSystem.instrument.inject(
                    span.context, into: &metadata, using: MetadataInjector())
                let cause = Cause(
                    causation: context.id, correlation: context.cause.correlation,
                    metadata: metadata)
                return try await Cause.with(cause) { try await next(command) }
            }
        }
    }

    struct MetadataInjector: Injector {
        func inject(_ value: String, forKey key: String, into metadata: inout [String: String]) {
            metadata[key] = value
        }
    }

    static func logsAndMetrics() async throws {
        let engine = ModelStore()
        let catalog = try EventCatalog {
            Opened.self
            Deposited.self
            Withdrawn.self
        }
        let logger = Logger(
            label: "bank",
            metadataProvider: Logger.MetadataProvider {
                var metadata: Logger.Metadata = [:]
                if let command = Cause.current.causation { metadata["command"] = "\(command)" }
                if let request = Cause.current.correlation { metadata["request"] = "\(request)" }
                return metadata
            })
        @Sendable
        /// A line for what somebody may want to read; the rest is for figures.
        func log(_ signal: SourcingSignal, to logger: Logger) {
            switch signal {
            case .retried(let place, let attempt):
                logger.info(
                    "Decided again", metadata: ["place": "\(place)", "attempt": "\(attempt)"])
            case .repeated(let place, let key):
                logger.info("Done before", metadata: ["place": "\(place)", "key": "\(key)"])
            case .snapshotFailed(let stream, let error):
                logger.warning(
                    "No snapshot", metadata: ["place": "\(stream)", "error": "\(error)"])
            case .sweepFailed(let place, let error):
                logger.warning("Not swept", metadata: ["place": "\(place)", "error": "\(error)"])
            default: break
            }
        }

        let figures = SourcingFigures()
        let store = SourcedStore(engine, catalog: catalog) { signal in
            log(signal, to: logger)
            figures.take(signal)
        }
        let accounts = try Repository(Account(), in: store)
        let bus = try bank(
            accounts,
            around: [
                Traced(),
                CommandLogging { entry in
                    let failure = entry.error.map { "\($0)" }
                    logger.info("\(entry.context.name) \(failure ?? "done")")
                    Timer(
                        label: "bank_commands",
                        dimensions: [
                            ("name", entry.context.name),
                            ("outcome", failure == nil ? "done" : "failed"),
                        ]
                    ).record(duration: entry.duration)
                },
            ])
        try await Cause.with(correlation: "request-77") {
            try await bus.send(OpenAccount(account: "41", owner: "Ada"), id: "open-41")
            try await bus.send(Deposit(account: "41", amount: 50), id: "deposit-7")
            _ = try? await bus.send(Withdraw(account: "41", amount: 80), id: "withdraw-3")
        }
        let event = try await engine.events(.stream("account-41"))[1]
        print(String(decoding: event.metadata, as: UTF8.self))
    }
}
