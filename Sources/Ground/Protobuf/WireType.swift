/// How the value of a field is written: the low three bits of its tag.
///
/// Source: the encoding page of the Protocol Buffers documentation. Groups (3 and 4) are refused.
package enum WireType: UInt64, Sendable {
    case varint = 0
    case fixed64 = 1
    case lengthDelimited = 2
    case fixed32 = 5
}
