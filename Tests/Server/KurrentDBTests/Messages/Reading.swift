import Daybook
import DaybookBytes
import DaybookProtobuf

/// Bytes from hexadecimal digits.
func hex(_ text: String) -> [UInt8] {
    let digits = Array(text)
    return stride(from: 0, to: digits.count, by: 2).map { at in
        UInt8(String(digits[at...at + 1]), radix: 16)!
    }
}

/// Hexadecimal digits of bytes.
func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

/// Reads a message from all of the bytes.
func read<Message: ProtobufDecodable>(
    _ type: Message.Type = Message.self, _ bytes: [UInt8]
) throws -> Message {
    try Message.decoded(from: bytes.rawSpan)
}

/// The id of which the vectors were written.
let id = EventID("00112233-4455-6677-8899-aabbccddeeff")!
