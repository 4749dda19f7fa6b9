package import DaybookProtobuf

/// Messages of an answer, framed one behind the other in one array, to be sent together.
package struct GRPCMessages: ~Copyable {
    private var writer = ProtobufWriter()

    package init() {}

    /// How many bytes the messages have so far, with their heads.
    package var byteCount: Int { writer.bytes.count }

    /// Makes room for so many further bytes.
    package mutating func reserve(_ byteCount: Int) {
        writer.bytes.reserveCapacity(writer.bytes.count + byteCount)
    }

    /// Adds a message that `body` writes.
    @inline(__always)
    package mutating func add(_ body: (inout ProtobufWriter) -> Void) {
        let start = begin()
        body(&writer)
        end(start)
    }

    package mutating func add(_ message: some ProtobufEncodable) {
        add { message.encode(into: &$0) }
    }

    /// Gives the messages away, and none are left.
    package mutating func take() -> [UInt8] {
        let bytes = writer.bytes
        writer = ProtobufWriter()
        return bytes
    }

    private mutating func begin() -> Int {
        for _ in 0..<GRPCDeframer.headBytes { writer.bytes.append(0) }
        return writer.bytes.count
    }

    private mutating func end(_ start: Int) {
        let count = writer.bytes.count - start
        for place in 0..<4 {
            writer.bytes[start - 1 - place] = UInt8(truncatingIfNeeded: count >> (8 * place))
        }
    }
}
