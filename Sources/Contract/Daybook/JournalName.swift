/// The names of the journals of a store: of 1 to 64 bytes, lower-case letters, digits, `-` and `_`, beginning with
/// a letter or a digit.
///
/// They are names of folders too, on file systems that may not tell `Billing` from `billing`.
public enum JournalName {
    /// The journal of whoever names none.
    public static let main = "main"

    /// Whether a journal may have this name.
    public static func isValid(_ name: String) -> Bool {
        let bytes = name.utf8
        guard let first = bytes.first, bytes.count <= Limits.journalNameBytesMax else {
            return false
        }
        return isLetterOrDigit(first)
            && bytes.allSatisfy {
                isLetterOrDigit($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
            }
    }

    /// Checks a name.
    /// - Throws: `invalid`.
    public static func validate(_ name: String) throws(StoreError) {
        guard !isValid(name) else { return }
        throw .invalid(
            "No journal can be called \(StoreError.quoted(name))",
            why:
                "a journal's name has 1 to \(Limits.journalNameBytesMax) of a to z, 0 to 9, - and _, and "
                + "begins with a letter or a digit",
            remedy: "Give it another name, such as 'billing' or 'orders-2024'.")
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
