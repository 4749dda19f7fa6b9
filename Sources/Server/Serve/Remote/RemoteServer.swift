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
    private static let answerMilliseconds = 30_000

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
            throw unreachable("its answer cannot be read: \(error)")
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
        let answer: Result<[UInt8], GRPCStatus> = await withCheckedContinuation { continuation in
            loop.post { [address] in
                let attempt = Attempt(at: address, trust, on: loop) {
                    continuation.resume(returning: $0)
                }
                attempt.begin(path)
            }
        }
        switch answer {
        case .success(let bytes): return bytes
        case .failure(let status) where [.unavailable, .deadlineExceeded].contains(status.code):
            throw unreachable(status.message)
        case .failure(let status):
            throw ServerError(
                .refused, "The server did not do it", why: "\(status.code): \(status.message)",
                remedy: "Look into its log.", place: address.text)
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

    private func unreachable(_ why: String) -> ServerError {
        ServerError(
            .unreachable, "The server did not answer", why: why,
            remedy: "Look whether `daybook serve` runs there, and whether it does so under TLS: it "
                + "is asked so with `?tls` or `?tlsCaFile=FILE` behind the address.",
            place: address.text)
    }

    /// One connection for one call. Only used on its loop.
    private final class Attempt {
        private let address: ServerAddress
        private let trust: TLSTrust?
        private let loop: Loop
        private var done: ((Result<[UInt8], GRPCStatus>) -> Void)?
        private var client: HTTPClient?

        init(
            at address: ServerAddress, _ trust: TLSTrust?, on loop: Loop,
            _ done: @escaping (Result<[UInt8], GRPCStatus>) -> Void
        ) {
            self.address = address
            self.trust = trust
            self.loop = loop
            self.done = done
        }

        func begin(_ path: String) {
            client = HTTPClient(
                on: loop, address: address.address, port: address.port, trust: trust
            ) { failure in
                if let failure {
                    self.end(.failure(GRPCStatus(.unavailable, failure.description)))
                } else {
                    self.send(to: path)
                }
            }
            _ = loop.after(milliseconds: RemoteServer.answerMilliseconds) { [weak self] in
                self?.end(.failure(GRPCStatus(.deadlineExceeded, "nothing came in 30 seconds")))
            }
        }

        private func send(to path: String) {
            guard let client, done != nil else { return }
            GRPCRequest.send(
                [], to: path, by: client, scheme: trust == nil ? "http" : "https",
                authority: address.authority
            ) { self.end($0) }
        }

        private func end(_ result: Result<[UInt8], GRPCStatus>) {
            guard let done else { return }
            self.done = nil
            let client = client
            self.client = nil
            // Whoever says so may be the connection itself, in the midst of what it has received.
            _ = loop.after(milliseconds: 0) {
                client?.close()
                done(result)
            }
        }
    }
}
