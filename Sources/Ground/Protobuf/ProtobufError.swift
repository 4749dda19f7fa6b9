/// Why bytes are not the message that was asked for, and at which byte.
public struct ProtobufError: Error, Hashable, Sendable {
    /// What is wrong; the same for all bytes with the same fault.
    public enum Fault: Hashable, Sendable {
        /// The bytes, or the message around this one, end inside a tag or a value.
        case endsEarly
        /// A varint of more than 64 bits.
        case varintTooLong
        /// A tag whose field number is 0 or beyond 2^29 − 1.
        case fieldNumber
        /// A tag of a group, or of a wire type that does not exist.
        case wireType(UInt8)
        /// A value of another wire type than the field has.
        case wrongType(expected: WireType, found: WireType)
        /// A string that is not UTF-8.
        case notUTF8
        /// More messages in one another than ``ProtobufReader/nestingDepthMax``.
        case nestedTooDeep
        /// A value that the message does not allow: what is wrong, in words.
        case invalid(String)
    }

    public let fault: Fault
    /// Where: a byte offset into the outermost message.
    public let offset: Int
    /// The number of the field; 0 where it is not known yet.
    public let field: Int

    @usableFromInline
    init(_ fault: Fault, at offset: Int, field: Int) {
        self.fault = fault
        self.offset = offset
        self.field = field
    }
}

extension ProtobufError: CustomStringConvertible {
    public var description: String {
        let place = field == 0 ? "at byte \(offset)" : "at byte \(offset), in field \(field)"
        return "not a Protobuf message of the expected type: \(reason), \(place)"
    }

    private var reason: String {
        switch fault {
        case .endsEarly: "it ends too early"
        case .varintTooLong: "a varint has more than 64 bits"
        case .fieldNumber: "a field number is not between 1 and 536870911"
        case .wireType(let type): "a field has the wire type \(type), which is not supported"
        case .wrongType(let expected, let found):
            "a field has the wire type \(found.rawValue) and should have \(expected.rawValue)"
        case .notUTF8: "a string is not UTF-8"
        case .nestedTooDeep:
            "more than \(ProtobufReader.nestingDepthMax) messages stand in one another"
        case .invalid(let reason): reason
        }
    }
}
