package import Daybook
package import DaybookGRPC
internal import DaybookHTTP
package import DaybookPlatform

extension ServerAddress {
    /// The way to it; no connection is made yet.
    /// - Throws: `untrusted` where the certificates to be trusted cannot be read, `inputOutput` where the system gives no
    ///   thread.
    package func open(
        _ options: GRPCChannelOptions, _ randomness: any Randomness
    ) async throws(StoreError) -> GRPCChannel {
        let result: Result<GRPCChannel, StoreError>
        do throws(Errno) {
            switch try await loaded() {
            case .success(let trust):
                let target = GRPCTarget(host: host, port: port, trust: trust)
                result = .success(
                    try .start(to: target, options, backoff: Backoff(randomness)))
            case .failure(let error): result = .failure(.unreadable(error, self))
            }
        } catch {
            throw StoreError(
                .inputOutput, "There is no thread for a client", why: error.description,
                remedy: "Look at the limits of the system for threads and memory.", place: text,
                systemError: error.code)
        }
        return try result.get()
    }

    /// Reads the certificates that are trusted, by a thread that may wait for the disk.
    private func loaded() async throws(Errno) -> Result<TLSTrust?, TLSError> {
        guard let certificateFile else { return .success(nil) }
        let threads = try IOThreads(count: 1, name: "daybook-certificates")
        defer { threads.stop() }
        return await threads.run { () -> Result<TLSTrust?, TLSError> in
            do throws(TLSError) {
                return .success(try TLSTrust.load(certificateFile: certificateFile, host: host))
            } catch {
                return .failure(error)
            }
        }
    }
}
