internal import DaybookProtobuf

/// Lists of which only so many elements are taken: one of two bytes may take a hundred in memory.
extension ProtobufReader {
    /// Reads a further element of a list. One more is kept than are taken, so that whoever takes the message sees
    /// that there are too many; those behind it are passed over.
    mutating func append<Element: ProtobufDecodable>(
        to list: inout [Element], atMost countMax: Int
    ) throws(ProtobufError) {
        if list.count <= countMax { list.append(try read()) }
    }
}
