internal import DaybookBytes
package import DaybookProtobuf

/// Messages of an answer, framed one behind the other, to be sent together.
package struct GRPCMessages: ~Copyable {
    private var writer: ProtobufWriter
    /// How many messages there are.
    package private(set) var count = 0

    /// - Parameter capacity: Room to begin with, in bytes. It is kept when the messages are taken.
    package init(capacity: Int = 256) { writer = ProtobufWriter(capacity: capacity) }

    /// How many bytes the messages have so far, with their heads.
    package var byteCount: Int { writer.buffer.count }

    /// Adds a message that `body` writes.
    package mutating func add(_ body: (inout ProtobufWriter) -> Void) {
        writer.buffer.append(UInt8(0))
        writer.buffer.append(UInt32(0))
        let start = writer.buffer.count
        body(&writer)
        let count = UInt32(writer.buffer.count - start)
        writer.buffer.patch(count.byteSwapped, at: start - 4)
        self.count += 1
    }

    package mutating func add(_ message: some ProtobufEncodable) {
        add { message.encode(into: &$0) }
    }

    /// Adds a message that is encoded already.
    package mutating func add(encoded message: [UInt8]) {
        writer.buffer.append(UInt8(0))
        writer.buffer.append(UInt32(message.count).byteSwapped)
        writer.buffer.append(message.rawSpan)
    }

    /// Gives the messages away, and none are left.
    package mutating func take() -> [UInt8] {
        let bytes = writer.array
        writer.buffer.removeAll()
        count = 0
        return bytes
    }
}
