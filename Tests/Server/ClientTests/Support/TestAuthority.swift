import CTLS
import Foundation

/// Whoever vouches for servers, made anew each time, with the files that servers and clients are given: in a folder that
/// goes with it.
final class TestAuthority {
    private let folder: String
    private let key = TestAuthority.newKey()
    private let certificate: OpaquePointer?
    /// What a client trusts.
    let file: String

    init(_ name: String = "Test Authority") throws {
        folder =
            FileManager.default.temporaryDirectory
            .appending(path: "daybook-authority-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        file = folder + "/authority.pem"
        certificate = Self.unsigned(key, name, seconds: -60..<3_600)
        X509_set_issuer_name(certificate, X509_get_subject_name(certificate))
        Self.extend(certificate, NID_basic_constraints, "critical,CA:TRUE")
        precondition(X509_sign(certificate, key, nil) > 0)
        try write(certificate, to: file)
    }

    deinit {
        X509_free(certificate)
        EVP_PKEY_free(key)
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// The settings of a server that it vouches for.
    /// - Parameters:
    ///   - names: In the words of OpenSSL: `DNS:localhost,IP:127.0.0.1`.
    ///   - seconds: From when until when it holds, as seen from now.
    ///   - isOwn: Whether the server vouches for itself in the place of the authority.
    func vouch(
        for names: String?, seconds: Range<Int> = -60..<3_600, isOwn: Bool = false
    ) throws -> [String: String] {
        let key = Self.newKey()
        let made = Self.unsigned(key, "127.0.0.1", seconds: seconds)
        defer {
            EVP_PKEY_free(key)
            X509_free(made)
        }
        X509_set_issuer_name(made, X509_get_subject_name(isOwn ? made : certificate))
        if let names { Self.extend(made, NID_subject_alt_name, names) }
        precondition(X509_sign(made, isOwn ? key : self.key, nil) > 0)
        let place = folder + "/" + UUID().uuidString
        try write(made, to: place + ".pem")
        try Self.write(to: place + ".key") {
            PEM_write_bio_PrivateKey($0, key, nil, nil, 0, nil, nil)
        }
        return ["tls-certificate": place + ".pem", "tls-key": place + ".key"]
    }

    private static func newKey() -> OpaquePointer? {
        let maker = EVP_PKEY_CTX_new_id(NID_ED25519, nil)
        defer { EVP_PKEY_CTX_free(maker) }
        var key: OpaquePointer?
        precondition(EVP_PKEY_keygen_init(maker) == 1 && EVP_PKEY_keygen(maker, &key) == 1)
        return key
    }

    private static func unsigned(
        _ key: OpaquePointer?, _ name: String, seconds: Range<Int>
    ) -> OpaquePointer? {
        let made = X509_new()
        X509_set_version(made, 2)
        ASN1_INTEGER_set(X509_get_serialNumber(made), .random(in: 1...Int(Int32.max)))
        X509_gmtime_adj(X509_getm_notBefore(made), seconds.lowerBound)
        X509_gmtime_adj(X509_getm_notAfter(made), seconds.upperBound)
        X509_set_pubkey(made, key)
        X509_NAME_add_entry_by_txt(
            X509_get_subject_name(made), "CN", MBSTRING_ASC, name, -1, -1, 0)
        return made
    }

    private static func extend(_ certificate: OpaquePointer?, _ kind: Int32, _ value: String) {
        let made = X509V3_EXT_conf_nid(nil, nil, kind, value)
        precondition(X509_add_ext(certificate, made, -1) == 1)
        X509_EXTENSION_free(made)
    }

    private func write(_ certificate: OpaquePointer?, to file: String) throws {
        try Self.write(to: file) { PEM_write_bio_X509($0, certificate) }
    }

    private static func write(to file: String, _ body: (OpaquePointer?) -> Int32) throws {
        let memory = BIO_new(BIO_s_mem())
        defer { BIO_free(memory) }
        precondition(body(memory) == 1)
        var bytes = [UInt8](repeating: 0, count: 16 << 10)
        let count = BIO_read(memory, &bytes, Int32(bytes.count))
        try Data(bytes.prefix(Int(count))).write(to: URL(filePath: file))
    }
}
