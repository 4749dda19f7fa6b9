/// A message that can be read, field by field.
///
/// What is read is merged into what is there, as the format wants it of a message that comes in several pieces:
/// numbers and texts are replaced, repeated fields go on, nested messages are merged in turn.
public protocol ProtobufDecodable: SendableMetatype {
    /// A message none of whose fields was sent.
    init()
    /// Takes in the field that the reader stands before; an unknown one is left alone.
    mutating func decode(field: Int, from reader: inout ProtobufReader) throws(ProtobufError)
}

extension ProtobufDecodable {
    /// Reads one message from all of the bytes.
    @inlinable
    public static func decoded(from bytes: RawSpan) throws(ProtobufError) -> Self {
        var message = Self()
        var reader = ProtobufReader(bytes)
        try reader.all(into: &message)
        return message
    }
}

extension ProtobufReader {
    /// Takes the fields that are left into a message.
    @inlinable
    mutating func all<Message: ProtobufDecodable>(
        into message: inout Message
    ) throws(ProtobufError) {
        while let field = try next() { try message.decode(field: field, from: &self) }
    }

    /// Reads a nested message into one that may have come in part.
    @inlinable
    public mutating func merge<Message: ProtobufDecodable>(
        into message: inout Message
    ) throws(ProtobufError) {
        var nested = try self.message()
        try nested.all(into: &message)
    }

    /// The same where nothing may have come yet.
    @inlinable
    public mutating func merge<Message: ProtobufDecodable>(
        into message: inout Message?
    ) throws(ProtobufError) {
        var merged = message.take() ?? Message()
        try merge(into: &merged)
        message = merged
    }

    /// Reads a nested message that stands alone: an element of a repeated field, a case of a choice.
    @inlinable
    public mutating func read<Message: ProtobufDecodable>(
        _ type: Message.Type = Message.self
    ) throws(ProtobufError) -> Message {
        var message = Message()
        try merge(into: &message)
        return message
    }
}

/// A message that can be written.
public protocol ProtobufEncodable {
    func encode(into writer: inout ProtobufWriter)
}

extension ProtobufEncodable {
    public func encoded() -> [UInt8] {
        var writer = ProtobufWriter()
        encode(into: &writer)
        return writer.array
    }
}
