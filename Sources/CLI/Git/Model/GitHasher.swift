internal import DaybookBytes

/// The names that git gives to objects, with one context for any number of them.
struct GitHasher: ~Copyable {
    private var digest: Digest
    private let format: GitObjectID.Format
    /// Memory in which a directory is written down.
    var scratch = ByteWriter(capacity: 1 << 14)

    init(_ format: GitObjectID.Format) {
        digest = Digest(format == .sha1 ? .sha1 : .sha256)
        self.format = format
    }

    /// The name of the object that git stores as `kind`, a space, the length, a zero and the
    /// content.
    mutating func object(_ kind: StaticString, _ content: RawSpan) -> GitObjectID {
        let header = Array("\(kind) \(content.byteCount)\0".utf8)
        return hash(header.rawSpan, content)
    }

    /// The digest of two pieces, one behind the other.
    mutating func hash(_ first: RawSpan, _ second: RawSpan) -> GitObjectID {
        digest.update(first)
        digest.update(second)
        let format = format
        return digest.take { GitObjectID(digest: $0, format) }
    }
}
