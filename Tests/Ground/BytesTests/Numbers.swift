import DaybookBytes

/// Numbers that follow from a seed, as in `SeededRandomness`, which is not below this floor.
struct Numbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in .random(in: 0...255, using: &self) }
    }
}

/// Spans cannot stand in an expectation: these take their questions to one and bring back the answer.
extension [UInt8] {
    func fields<Answer>(_ ask: (RawSpan) -> Answer) -> Answer { ask(rawSpan) }
    func varint(at offset: Int) -> (value: UInt64, end: Int)? { rawSpan.varint(at: offset) }
    func isEqual(to other: [UInt8]) -> Bool { rawSpan.isEqual(to: other.rawSpan) }
    func isZero(_ range: Range<Int>) -> Bool { rawSpan.isZero(range) }
    func checksum(after seed: UInt32 = 0) -> UInt32 { CRC32C.checksum(of: rawSpan, after: seed) }
    func checksumInSoftware(after seed: UInt32 = 0) -> UInt32 {
        CRC32C.inSoftware(rawSpan, after: seed)
    }
}
