/// Why there is no TLS, in words.
package struct TLSError: Error, Hashable, CustomStringConvertible {
    package let description: String

    static func at(_ file: String, _ what: String, _ remedy: String) -> TLSError {
        TLSError(description: "\(file): \(what); \(remedy)")
    }

    static func unreadable(_ kind: String, _ file: String) -> TLSError {
        at(
            file, "there is no \(kind) in it that can be read",
            "give one in PEM, without a password, beginning with -----BEGIN")
    }

    static func unusable(_ what: String, _ file: String) -> TLSError {
        at(
            file, "\(what) cannot be used",
            "its key is too short or its algorithm unknown: make another")
    }
}
