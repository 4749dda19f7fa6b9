/// How the value of a field is written: the low three bits of its tag.
///
/// ```
/// message = field*
/// field   = tag value               tag = varint(number << 3 | wire type)
/// varint  = 7 bits a byte, the least first; the high bit says that another byte follows
/// value   = varint                  0
///         | 8 bytes                 1   little-endian
///         | varint(count) bytes     2   bytes, text, a nested message, packed numbers
///         | 4 bytes                 5   little-endian
/// ```
///
/// Source: the encoding page of the Protocol Buffers documentation. Groups (3 and 4) are refused.
public enum WireType: UInt8, Sendable {
    case varint = 0
    case fixed64 = 1
    case lengthDelimited = 2
    case fixed32 = 5
}
