package import Daybook
internal import DaybookBytes
package import DaybookClient
internal import DaybookGRPC
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
    /// - Throws: `unavailable`, `untrusted`, `notUnderstood`, `refused`, `inputOutput`.
    package func startCompaction() async throws(StoreError) -> (id: String, isNew: Bool) {
        let answer = try await ask(Operations.startScavenge)
        do throws(GRPCFailure) { return try Self.compaction(answer.get()) } catch {
            throw StoreError(error, of: address)
        }
    }

    private static func compaction(
        _ bytes: [UInt8]
    ) throws(GRPCFailure) -> (id: String, isNew: Bool) {
        do throws(ProtobufError) {
            let answer = try Operations.ScavengeResponse.decoded(from: bytes.rawSpan)
            return (answer.id, answer.result == .started)
        } catch {
            throw .foreign("its answer cannot be read: \(error)")
        }
    }

    /// Makes a call whose request has no fields. It is not repeated, and a server that is not there is not waited for.
    private func ask(
        _ path: String
    ) async throws(StoreError) -> Result<[UInt8], GRPCFailure> {
        var options = GRPCChannelOptions()
        options.waitsForServer = false
        let channel = try await address.open(options, SystemRandomness())
        let answer = await channel.ask(
            path, [], deadlineMilliseconds: Self.answerMilliseconds)
        await channel.close()
        return answer
    }
}
