import DaybookBytes
import DaybookJSON

/// What the containers of an encoder share.
final class PayloadTree {
    let format: PayloadFormat
    let userInfo: [CodingUserInfoKey: Any]
    private let isOrdered: Bool
    // As in PayloadReader: only methods of the nodes touch them.
    @exclusivity(unchecked) private var storage: NodeTree
    var nodes: NodeTree {
        @inline(__always) _read { yield unsafe storage }
        @inline(__always) _modify { yield unsafe &storage }
    }

    init(_ format: PayloadFormat, _ userInfo: [CodingUserInfoKey: Any], isOrdered: Bool) {
        self.isOrdered = isOrdered
        self.format = format
        self.userInfo = userInfo
        unsafe storage = NodeTree(format)
    }

    /// Lets a value of any type encode itself at a place. Where it fails, another may.
    func encode<Value: Encodable>(_ value: Value, at node: Int) throws {
        if Value.self == [UInt8].self, format == .cbor {
            // Safe: both types were just found to be the same.
            let bytes = unsafe unsafeBitCast(value, to: [UInt8].self)
            return nodes.set(.bytes, bytes.rawSpan, at: node)
        }
        do {
            try value.encode(to: ValueEncoder(tree: self, node: node))
            if isOrdered { nodes.order(Value.self, at: node) }
        } catch {
            nodes.clear(node)
            throw error
        }
    }

    /// The same at a place that was made for the value, and goes where that fails.
    func add<Value: Encodable>(_ value: Value, at node: Int) throws {
        do { try encode(value, at: node) } catch {
            nodes.drop(node)
            throw error
        }
    }

    func add(_ value: Double, at node: Int) throws {
        do { try set(value, at: node) } catch {
            nodes.drop(node)
            throw error
        }
    }

    func add(_ value: Float, at node: Int) throws {
        do { try set(value, at: node) } catch {
            nodes.drop(node)
            throw error
        }
    }

    func set(_ value: Double, at node: Int) throws {
        if format == .json, !value.isFinite { throw notFinite(value, node) }
        nodes.set(.double, value.bitPattern, at: node)
    }

    func set(_ value: Float, at node: Int) throws {
        if format == .json, !value.isFinite { throw notFinite(value, node) }
        nodes.set(.float, UInt64(value.bitPattern), at: node)
    }

    private func notFinite(_ value: some BinaryFloatingPoint, _ node: Int) -> EncodingError {
        let path = nodes.path(to: node)
        let reason = "JSON has no number \(value): encode it as a string or as null"
        return .invalidValue(value, .init(codingPath: path, debugDescription: reason))
    }

    /// Writes what a value has encoded, or nothing where that cannot be.
    func write(_ value: some Encodable, to output: inout ByteWriter) throws {
        if nodes.isEmpty { throw refused(value, "the value has encoded nothing") }
        let size = nodes.text.count
        guard size <= ValueTape.payloadBytesMax else {
            throw refused(
                value,
                "\(size) bytes of text are encoded: at most \(ValueTape.payloadBytesMax) can be")
        }
        let start = output.count
        if nodes.write(to: &output) { return }
        output.truncate(to: start)
        throw refused(
            value,
            "objects and arrays are nested more than \(JSONScanner.nestingDepthMax) deep")
    }

    private func refused(_ value: some Encodable, _ reason: String) -> EncodingError {
        .invalidValue(value, .init(codingPath: [], debugDescription: reason))
    }
}
