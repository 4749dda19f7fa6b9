internal import DaybookPlatform
internal import Synchronization

/// Certificate and key of a server, read from files, and again whenever they are renewed.
package final class TLSCredentials: Sendable {
    private let certificateFile: String
    private let keyFile: String
    private let context: Mutex<TLSContext>

    /// A chain of certificates with its key is a few KiB.
    private static let fileBytesMax = 1 << 20

    /// Reads both files, in PEM: the server's certificate first, then those between it and the one clients trust.
    package static func load(
        certificateFile: String, keyFile: String
    ) throws(TLSError) -> TLSCredentials {
        let context = try read(certificateFile, keyFile)
        return TLSCredentials(certificateFile, keyFile, context)
    }

    private init(_ certificateFile: String, _ keyFile: String, _ context: TLSContext) {
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.context = Mutex(context)
    }

    /// Reads the files again, for new connections; where that fails, those read before stay. Waits for the disk.
    package func reload() throws(TLSError) {
        let context = try Self.read(certificateFile, keyFile)
        self.context.withLock { $0 = context }
    }

    /// Whether the certificate names a host, and not by a `*` that others may stand in for.
    package func certifies(_ host: String) -> Bool { current.names(host) }

    var current: TLSContext { context.withLock { $0 } }

    private static func read(
        _ certificateFile: String, _ keyFile: String
    ) throws(TLSError) -> TLSContext {
        let certificates = try bytes(of: certificateFile)
        let key = try bytes(of: keyFile)
        return try TLSContext.server(
            certificates: certificates, certificateFile: certificateFile, key: key,
            keyFile: keyFile)
    }

    static func bytes(of file: String) throws(TLSError) -> [UInt8] {
        let bytes: [UInt8]?
        do throws(Errno) {
            bytes = try ChunkReader(path: file).readAll(upTo: fileBytesMax)
        } catch {
            throw TLSError.at(file, "cannot be read: \(error)", "check its name and its rights")
        }
        guard let bytes else {
            throw TLSError.at(file, "is larger than 1 MiB", "this is no file in PEM")
        }
        return bytes
    }
}
