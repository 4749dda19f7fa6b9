internal import DaybookBytes
internal import DaybookGRPC
internal import DaybookHTTP
internal import DaybookKurrentDB
internal import DaybookPlatform
internal import DaybookProtobuf

/// A server in another process, as a command asks it.
package struct RemoteServer: Sendable {
    private let address: ServerAddress

    /// An answer may take so long, with the connection.
    private static let answerSeconds = 30

    package init(_ address: ServerAddress) { self.address = address }

    /// Has it begin a compaction of its store, which goes on by itself.
    /// - Returns: which one; not new where one was under way.
    /// - Throws: `certificate`, `unreachable`, `refused`, `system`.
    package func startCompaction() async throws(ServerError) -> (id: String, isNew: Bool) {
        let bytes = try await ask(Operations.startScavenge)
        do throws(ProtobufError) {
            let answer = try Operations.ScavengeResponse.decoded(from: bytes.rawSpan)
            return (answer.id, answer.result == .started)
        } catch {
            throw .unanswered(.call(.foreign("its answer cannot be read: \(error)")), by: address)
        }
    }

    /// Makes a call whose request has no fields.
    private func ask(_ path: String) async throws(ServerError) -> [UInt8] {
        let trust = try trust()
        let loop: Loop
        do throws(Errno) { loop = try Loop.start(name: "daybook-client") } catch {
            throw .noThreads(error)
        }
        defer { loop.stop() }
        let answer: Attempt.Answer = await withCheckedContinuation { continuation in
            loop.post { [address] in
                let attempt = Attempt(at: address, trust, on: loop) {
                    continuation.resume(returning: $0)
                }
                attempt.begin(path)
            }
        }
        do throws(Failure) { return try answer.get() } catch {
            throw .unanswered(error, by: address)
        }
    }

    private func trust() throws(ServerError) -> TLSTrust? {
        guard let file = address.certificateFile else { return nil }
        do throws(TLSError) {
            return try TLSTrust.load(certificateFile: file, host: address.host)
        } catch {
            throw ServerError(
                .certificate, "The certificates to be trusted cannot be used", why: error.what,
                remedy: error.remedy, place: error.file)
        }
    }

    /// Why there is no answer.
    enum Failure: Error {
        /// The two do not understand each other.
        case misfit(HTTPClient.Misfit)
        case call(GRPCRequest.Failure)
    }

    /// One connection for one call. Only used on its loop.
    private final class Attempt {
        typealias Answer = Result<[UInt8], Failure>

        private let address: ServerAddress
        private let trust: TLSTrust?
        private let loop: Loop
        private var done: ((Answer) -> Void)?
        private var client: HTTPClient?

        init(
            at address: ServerAddress, _ trust: TLSTrust?, on loop: Loop,
            _ done: @escaping (Answer) -> Void
        ) {
            self.address = address
            self.trust = trust
            self.loop = loop
            self.done = done
        }

        func begin(_ path: String) {
            connect(to: address.addresses[...], path)
            let seconds = RemoteServer.answerSeconds
            _ = loop.after(milliseconds: seconds * 1_000) { [weak self] in
                self?.end(.failure(.call(.lost("nothing came in \(seconds) seconds"))))
            }
        }

        /// Connects to the first of the addresses at which somebody listens.
        private func connect(
            to addresses: ArraySlice<String>, _ path: String, after first: Errno? = nil
        ) {
            guard done != nil, let address = addresses.first else {
                return end(.failure(.call(.lost(first?.description ?? "it has no address"))))
            }
            client = HTTPClient(
                on: loop, address: address, port: self.address.port, trust: trust
            ) { failure in
                guard let failure else { return self.send(to: path) }
                self.connect(to: addresses.dropFirst(), path, after: first ?? failure)
            }
        }

        private func send(to path: String) {
            guard let client, done != nil else { return }
            GRPCRequest.send(
                [], to: path, by: client, scheme: trust == nil ? "http" : "https",
                authority: address.authority
            ) { result in
                self.end(
                    result.mapError { failure in client.misfit.map(Failure.misfit) ?? .call(failure)
                    })
            }
        }

        private func end(_ answer: Answer) {
            guard let done else { return }
            self.done = nil
            let client = client
            self.client = nil
            // Whoever says so may be the connection itself, in the midst of what it has received.
            _ = loop.after(milliseconds: 0) {
                client?.close()
                done(answer)
            }
        }
    }
}
