/// Whom a client trusts: the certificates of a file, and whoever they vouch for.
package struct TLSTrust: Sendable {
    let context: TLSContext
    /// The name that has to stand in the server's certificate.
    let host: String
    let version: HTTPVersion

    /// Reads the certificates, in PEM. Waits for the disk.
    package static func load(
        certificateFile: String, host: String, version: HTTPVersion = .http2
    ) throws(TLSError) -> TLSTrust {
        let certificates = try TLSCredentials.bytes(of: certificateFile)
        return try trusting(certificates, certificateFile, host: host, version: version)
    }

    /// - Parameter file: where they came from, for errors.
    static func trusting(
        _ certificates: [UInt8], _ file: String, host: String, version: HTTPVersion
    ) throws(TLSError) -> TLSTrust {
        let context = try TLSContext.client(
            trusting: certificates, file: file, offering: [version])
        return TLSTrust(context: context, host: host, version: version)
    }
}
