public import DaybookBytes

/// Encodes payloads, one after another, and keeps its memory between them.
///
/// ```swift
/// let encoder = PayloadEncoder(.cbor)
/// let payload = try encoder.encode(AccountOpened(owner: "Ada"))
/// ```
///
/// The same value gives the same bytes, but for sets and dictionaries, which have another order in each process. Members stand in the order in which they are encoded; of a
/// key that is encoded twice, the last value is kept. `[UInt8]` is a string of bytes in CBOR and an
/// array of numbers in JSON; NaN and infinities are refused in JSON.
///
/// Errors are Swift's own: `EncodingError`, with the path to the value and the reason in words. A
/// value that encodes itself twice in one place stops the process: it is a mistake in the program.
///
/// An encoder belongs to one thread at a time. Making one costs a few allocations: keep it.
public final class PayloadEncoder {
    /// How the payloads are written.
    public let format: PayloadFormat
    /// What `encode(to:)` of the values finds in `encoder.userInfo`.
    public let userInfo: [CodingUserInfoKey: Any]
    private let isOrdered: Bool
    private var tree: PayloadTree
    private var output = ByteWriter()

    /// An encoder that has encoded nothing yet.
    public convenience init(_ format: PayloadFormat, userInfo: [CodingUserInfoKey: Any] = [:]) {
        self.init(format, userInfo: userInfo, isOrdered: false)
    }

    /// - Parameter isOrdered: Whether sets and dictionaries are put into the order of their bytes, so that equal ones give
    ///   the same bytes in every process. That costs a look at the type of each value.
    package init(
        _ format: PayloadFormat, userInfo: [CodingUserInfoKey: Any] = [:], isOrdered: Bool
    ) {
        self.format = format
        self.userInfo = userInfo
        self.isOrdered = isOrdered
        tree = PayloadTree(format, userInfo, isOrdered: isOrdered)
    }

    /// Encodes a value.
    ///
    /// - Throws: `EncodingError`, and whatever the value's `encode(to:)` throws.
    public func encode(_ value: some Encodable) throws -> [UInt8] {
        // Not in its place while the value encodes itself: that may call this encoder again.
        var output = ByteWriter(capacity: 0)
        swap(&output, &self.output)
        defer { swap(&output, &self.output) }
        output.removeAll()
        try encode(value, into: &output)
        return output.bytes.copied()
    }

    /// Encodes a value behind what a writer holds; where that fails, nothing is written.
    ///
    /// - Throws: `EncodingError`, and whatever the value's `encode(to:)` throws.
    public func encode(_ value: some Encodable, into output: inout ByteWriter) throws {
        // Somebody may have kept an `Encoder` of the value before, or be in the middle of it.
        if !isKnownUniquelyReferenced(&tree) {
            tree = PayloadTree(format, userInfo, isOrdered: isOrdered)
        }
        let tree = tree
        tree.nodes.start()
        try tree.encode(value, at: NodeTree.root)
        try tree.write(value, to: &output)
    }
}
