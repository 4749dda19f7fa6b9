package import Daybook
internal import DaybookProtobuf

/// What a client expects of a stream that it writes to.
package enum ExpectedRevision: Hashable, Sendable {
    case revision(Revision)
    case noStream
    case any
    case streamExists
}

extension ExpectedRevision {
    /// The choice as the requests have it:
    ///
    /// ```
    /// 2  uint64  revision
    /// 3  empty   no stream
    /// 4  empty   any
    /// 5  empty   stream exists
    /// ```
    ///
    /// - Returns: Nil for a field that is none of them.
    static func decoded(
        field: Int, from reader: inout ProtobufReader
    ) throws(ProtobufError) -> ExpectedRevision? {
        switch field {
        case 2: return .revision(try reader.uint64())
        case 3:
            try reader.empty()
            return .noStream
        case 4:
            try reader.empty()
            return .any
        case 5:
            try reader.empty()
            return .streamExists
        default: return nil
        }
    }
}

extension ProtobufReader {
    /// A message whose presence alone says something.
    mutating func empty() throws(ProtobufError) {
        var reader = try message()
        while try reader.next() != nil {}
    }
}
