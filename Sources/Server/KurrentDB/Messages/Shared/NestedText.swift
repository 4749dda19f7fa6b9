internal import DaybookProtobuf

extension ProtobufReader {
    /// The text in one field of a nested message, which is all that is asked of it; empty where it was not sent.
    mutating func nestedText(inField number: Int) throws(ProtobufError) -> String {
        var nested = try message()
        var text = ""
        while let field = try nested.next() {
            if field == number { text = try nested.string() }
        }
        return text
    }
}
