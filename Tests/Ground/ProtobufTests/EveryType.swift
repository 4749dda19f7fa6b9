import DaybookBytes
import DaybookProtobuf

/// A message with a field of every type, as the vectors were written.
struct EveryType: ProtobufDecodable, ProtobufEncodable, Equatable {
    var uint64: UInt64 = 0
    var int64: Int64 = 0
    var sint64: Int64 = 0
    var uint32: UInt32 = 0
    var int32: Int32 = 0
    var sint32: Int32 = 0
    var bool = false
    var fixed64: UInt64 = 0
    var fixed32: UInt32 = 0
    var double = 0.0
    var float: Float = 0
    var bytes: [UInt8] = []
    var string = ""
    var nested: [EveryType] = []
    var packed: [UInt64] = []
    var strings: [String] = []
    var far: UInt32 = 0

    mutating func decode(field: Int, from reader: inout ProtobufReader) throws(ProtobufError) {
        switch field {
        case 1: uint64 = try reader.uint64()
        case 2: int64 = try reader.int64()
        case 3: sint64 = try reader.sint64()
        case 4: uint32 = try reader.uint32()
        case 5: int32 = try reader.int32()
        case 6: sint32 = try reader.sint32()
        case 7: bool = try reader.bool()
        case 8: fixed64 = try reader.fixed64()
        case 9: fixed32 = try reader.fixed32()
        case 10: double = try reader.double()
        case 11: float = try reader.float()
        case 12: bytes = try reader.array()
        case 13: string = try reader.string()
        case 14: try decodeNested(&reader)
        case 15: try reader.numbers { packed.append($0) }
        case 16: strings.append(try reader.string())
        case 536_870_911: far = try reader.uint32()
        default: break
        }
    }

    /// Not repeated: the array is there because a struct cannot hold itself.
    private mutating func decodeNested(_ reader: inout ProtobufReader) throws(ProtobufError) {
        if nested.isEmpty { nested = [EveryType()] }
        try reader.merge(into: &nested[0])
    }

    func encode(into writer: inout ProtobufWriter) {
        writer.uint64(1, uint64)
        writer.int64(2, int64)
        writer.sint64(3, sint64)
        writer.uint64(4, UInt64(uint32))
        writer.int64(5, Int64(int32))
        writer.sint64(6, Int64(sint32))
        writer.bool(7, bool)
        if fixed64 != 0 { writer.fixed64(8, always: fixed64) }
        if fixed32 != 0 { writer.fixed32(9, always: fixed32) }
        writer.double(10, double)
        writer.float(11, float)
        writer.array(12, bytes)
        writer.string(13, string)
        writer.message(14, nested.first)
        writer.packed(15, packed)
        for text in strings { writer.string(16, always: text) }
        writer.uint64(536_870_911, UInt64(far))
    }
}

/// Reads a message of every type from all of the bytes.
func read(_ bytes: [UInt8]) throws(ProtobufError) -> EveryType {
    try EveryType.decoded(from: bytes.rawSpan)
}

/// The error with which reading ends, nil where it succeeds.
func refusal(of bytes: [UInt8]) -> ProtobufError? {
    do {
        _ = try read(bytes)
        return nil
    } catch {
        return error
    }
}

/// Bytes from hexadecimal digits; spaces are for the eye.
func hex(_ text: String) -> [UInt8] {
    let digits = text.filter { $0 != " " }
    return stride(from: 0, to: digits.count, by: 2).map { at in
        let start = digits.index(digits.startIndex, offsetBy: at)
        return UInt8(digits[start..<digits.index(start, offsetBy: 2)], radix: 16)!
    }
}

/// SplitMix64: small, and the same everywhere for the same seed.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
