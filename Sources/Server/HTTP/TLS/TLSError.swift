/// Why there is no TLS, in words.
package struct TLSError: Error, Hashable, CustomStringConvertible {
    package let file: String
    package let what: String
    package let remedy: String

    package var description: String { "\(file): \(what); \(remedy)" }

    static func at(_ file: String, _ what: String, _ remedy: String) -> TLSError {
        TLSError(file: file, what: what, remedy: remedy)
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
