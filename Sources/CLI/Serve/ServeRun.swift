internal import Daybook
internal import DaybookBytes
internal import DaybookCompression
internal import DaybookJSON
internal import DaybookPlatform
internal import DaybookServer

/// One run of the server, from its start to its end.
struct ServeRun {
    /// What the run waits for.
    private enum Happening: Sendable {
        case opened(Result<[String], StoreError>)
        /// Somebody asks it to end.
        case asked
        /// It was asked to end long ago, and is still opening.
        case overdue
    }

    private let configuration: Configuration
    private let invocation: Invocation
    private var surroundings: Surroundings { invocation.surroundings }

    init(_ configuration: Configuration, _ invocation: Invocation) {
        // A store has to be found whatever folder the process goes to.
        self.configuration = configuration.locating { invocation.surroundings.absolute($0) }
        self.invocation = invocation
    }

    func run() async throws -> ExitCode {
        // Before anything is made that the address forbids.
        try configuration.check()
        Host.fillStandardStreams()
        let log = try Log.start(
            level: configuration.logLevel,
            format: configuration.logFormat(isTerminal: invocation.errors.isTerminal),
            to: OutputSink(output: invocation.errors), time: surroundings.time)
        // An error is told when all of the log is.
        defer { log.close() }
        for note in configuration.notes {
            log.warning("a variable is no setting", ["note": .text(note)])
        }
        checkDescriptors(log)
        let (happenings, source) = AsyncStream.makeStream(of: Happening.self)
        let server = try await Server.start(
            ServerSetup(
                configuration, version: Program.version, log: log, compression: .zstd,
                time: surroundings.time
            ) {
                log.info("a client asks the server to end")
                source.yield(.asked)
            })
        log.info(
            "listening",
            [
                "address": .text(configuration.address), "port": .count(server.port),
                "tls": .truth(configuration.tls != nil), "version": .text(Program.version),
                "process": .count(Host.processID),
            ])
        return try await serve(server, log, happenings, source)
    }

    /// From listening to the end.
    private func serve(
        _ server: Server, _ log: Log, _ happenings: AsyncStream<Happening>,
        _ source: AsyncStream<Happening>.Continuation
    ) async throws -> ExitCode {
        surroundings.interruption.listen { source.yield(.asked) }
        surroundings.onHangUp { [configuration] in
            if configuration.tls == nil { return log.info("there is no certificate to read") }
            do throws(ServerError) {
                try server.reloadCertificate()
                log.info("the certificate was read again")
            } catch {
                log.error(
                    "the certificate cannot be used, the former one stays",
                    ["why": .text(error.why), "place": .text(error.place ?? "")])
            }
        }
        Task {
            do throws(StoreError) {
                source.yield(.opened(.success(try await server.open())))
            } catch {
                source.yield(.opened(.failure(error)))
            }
        }
        var isAsked = false
        var isOpen = false
        for await happening in happenings {
            switch happening {
            case .opened(.failure(let error)):
                try? await server.drain()
                throw Failure(error).inStore(at: configuration.store)
            case .opened(.success(let notes)):
                isOpen = true
                for note in notes { log.warning("opening", ["note": .text(note)]) }
                if !isAsked { sayReady(server, log) }
            case .asked where isAsked: break
            case .asked:
                isAsked = true
                log.info(
                    "stopping",
                    [
                        "after": .some(configuration.drainDelay),
                        "within": .some(configuration.drainTime),
                    ])
                server.readiness.drain()
                if !isOpen { startDeadline(source) }
            case .overdue:
                // What opening does is whole or undone whenever it ends, as after a crash.
                log.warning("stopped while the store was being opened")
                return .success
            }
            if isAsked && isOpen { break }
        }
        try await end(server, log)
        return .success
    }

    private func end(_ server: Server, _ log: Log) async throws {
        do throws(StoreError) { try await server.drain() } catch {
            throw Failure(error).inStore(at: configuration.store)
        }
        log.info("stopped")
    }

    private func startDeadline(_ source: AsyncStream<Happening>.Continuation) {
        let limit = configuration.drainTimeoutMilliseconds
        Task {
            try? await Task.sleep(for: .milliseconds(limit))
            source.yield(.overdue)
        }
    }

    private func sayReady(_ server: Server, _ log: Log) {
        let scheme = configuration.tls == nil ? "http" : "https"
        let place = "\(scheme)://\(Authority.text(configuration.address, server.port))"
        log.info(
            "serving",
            ["store": .text(configuration.store), "journal": .text(configuration.journal)])
        do {
            try sayPlace(place, server.port)
        } catch {
            // Nobody listens: a reason to end for other commands, and none for a server.
            log.debug("standard output is closed")
        }
    }

    /// Says that it serves, and where: on standard output, so that whoever has started it can wait for that.
    private func sayPlace(_ place: String, _ port: Int) throws {
        if invocation.isJSON {
            try invocation.output.json([
                "serving": .string(place), "address": .string(configuration.address),
                "port": .number(JSONNumber(port)),
                "store": .string(configuration.store), "journal": .string(configuration.journal),
            ])
        } else {
            try invocation.output.line(
                "serving journal \(configuration.journal) of \(configuration.store) at \(place)")
        }
        try invocation.output.flush()
    }

    /// Says where the descriptors that the system gives are too few.
    private func checkDescriptors(_ log: Log) {
        let most = Host.openFilesMax()
        let needed = configuration.connectionsMax + Self.ownDescriptors
        if most >= needed { return }
        log.warning(
            "there are fewer descriptors than connections may be",
            ["allowed": .count(most), "needed": .count(needed), "remedy": "raise `ulimit -n`"])
    }

    /// Files of the store, loops and streams.
    private static let ownDescriptors = 1024
}

/// The log on a stream of the command.
private struct OutputSink: LogSink {
    let output: Output

    func write(_ bytes: borrowing RawSpan) throws(Errno) {
        do {
            try output.write(bytes)
            try output.flush()
        } catch {
            throw .EPIPE
        }
    }
}
