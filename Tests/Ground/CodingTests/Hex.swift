/// Bytes by their digits; spaces are for the reader.
func bytes(_ digits: String) -> [UInt8] {
    let digits = digits.utf8.filter { $0 != UInt8(ascii: " ") }.map {
        $0 >= UInt8(ascii: "a") ? $0 - UInt8(ascii: "a") + 10 : $0 - UInt8(ascii: "0")
    }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
