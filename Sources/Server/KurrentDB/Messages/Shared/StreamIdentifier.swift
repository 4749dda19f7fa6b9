internal import DaybookBytes
internal import DaybookProtobuf

/// The name of a stream, which travels as bytes in a message of its own:
///
/// ```
/// 3  bytes  the name in UTF-8
/// ```
extension ProtobufReader {
    mutating func streamName() throws(ProtobufError) -> String {
        try nestedText(inField: 3)
    }
}

extension ProtobufWriter {
    mutating func stream(_ field: Int, _ name: String) {
        message(field) { $0.string(3, name) }
    }
}
