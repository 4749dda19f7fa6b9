import CTLS
import Foundation

/// A certificate that vouches for itself, with its key, both in PEM. Made anew each time; good for an hour.
struct TestCertificate {
    let certificate: [UInt8]
    let key: [UInt8]

    static func make(host: String = "localhost") -> TestCertificate {
        let maker = EVP_PKEY_CTX_new_id(NID_ED25519, nil)
        defer { EVP_PKEY_CTX_free(maker) }
        var key: OpaquePointer?
        precondition(EVP_PKEY_keygen_init(maker) == 1 && EVP_PKEY_keygen(maker, &key) == 1)
        defer { EVP_PKEY_free(key) }
        let certificate = X509_new()
        defer { X509_free(certificate) }
        X509_set_version(certificate, 2)
        ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1)
        X509_gmtime_adj(X509_getm_notBefore(certificate), -60)
        X509_gmtime_adj(X509_getm_notAfter(certificate), 3_600)
        X509_set_pubkey(certificate, key)
        let name = X509_get_subject_name(certificate)
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, host, -1, -1, 0)
        X509_set_issuer_name(certificate, name)
        let names = X509V3_EXT_conf_nid(nil, nil, NID_subject_alt_name, "DNS:" + host)
        X509_add_ext(certificate, names, -1)
        X509_EXTENSION_free(names)
        precondition(X509_sign(certificate, key, nil) > 0)
        return TestCertificate(
            certificate: written { PEM_write_bio_X509($0, certificate) },
            key: written { PEM_write_bio_PrivateKey($0, key, nil, nil, 0, nil, nil) })
    }

    private static func written(_ write: (OpaquePointer?) -> Int32) -> [UInt8] {
        let memory = BIO_new(BIO_s_mem())
        defer { BIO_free(memory) }
        precondition(write(memory) == 1)
        var bytes = [UInt8](repeating: 0, count: 64 * 1024)
        let count = BIO_read(memory, &bytes, Int32(bytes.count))
        return Array(bytes.prefix(Int(count)))
    }

    /// Both in a folder of their own, which the caller removes.
    func written() throws -> (folder: String, certificateFile: String, keyFile: String) {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("daybook-tls-\(UUID())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let certificateFile = folder + "/cert.pem"
        let keyFile = folder + "/key.pem"
        try Data(certificate).write(to: URL(fileURLWithPath: certificateFile))
        try Data(key).write(to: URL(fileURLWithPath: keyFile))
        return (folder, certificateFile, keyFile)
    }
}
