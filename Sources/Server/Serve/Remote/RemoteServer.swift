internal import DaybookBytes
package import DaybookClient
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
            throw .unanswered(.foreign("its answer cannot be read: \(error)"), by: address)
        }
    }

    /// Makes a call whose request has no fields. It is not repeated, and a server that is not there is not waited for.
    private func ask(_ path: String) async throws(ServerError) -> [UInt8] {
        let target: GRPCTarget
        do throws(TLSError) { target = try address.target() } catch {
            throw ServerError(
                .certificate, "The certificates to be trusted cannot be used", why: error.what,
                remedy: error.remedy, place: error.file)
        }
        var options = GRPCChannelOptions()
        options.waitsForServer = false
        let channel: GRPCChannel
        do throws(Errno) {
            channel = try .start(to: target, options, backoff: Backoff(SystemRandomness()))
        } catch {
            throw .noThreads(error)
        }
        let answer = await channel.ask(
            path, [], deadlineMilliseconds: Self.answerMilliseconds)
        await channel.close()
        do throws(GRPCFailure) { return try answer.get() } catch {
            throw .unanswered(error, by: address)
        }
    }
}
