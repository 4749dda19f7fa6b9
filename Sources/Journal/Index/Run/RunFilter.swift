internal import DaybookBytes

/// Tells of most names that are not in a run that they are not, and never so of one that is.
///
/// A Bloom filter in blocks of 64 bytes, so that a question touches one line of memory (Putze, Sanders and Singler,
/// "Cache-, Hash- and Space-Efficient Bloom Filters", 2007): 10 bits a name or a few more, 6 of them set; about one
/// name in 80 is let through in vain.
struct RunFilter: Sendable {
    private static let bitsPerName = 10
    private static let blockBits = 512
    private static let bitsSet = 6

    private(set) var words: [UInt64]
    private var blocks: UInt64

    /// An empty filter, long enough for so many names.
    /// - Parameter bytesMax: it is no longer, and of more names it lets more through in vain.
    init(names count: Int, bytesMax: Int = .max) {
        let longest = bytesMax / (Self.blockBits / 8)
        let wanted = max(
            1, min(longest, (count * Self.bitsPerName + Self.blockBits - 1) / Self.blockBits))
        // A long one can be halved four times.
        blocks = UInt64(wanted < 256 ? wanted : min(wanted + 15, longest) / 16 * 16)
        words = Array(repeating: 0, count: Int(blocks) * Self.blockBits / 64)
    }

    /// Halves it as often as it stays long enough for the names that it was given in the end.
    mutating func shrink(to count: Int) {
        while blocks % 2 == 0, count * Self.bitsPerName * 2 <= Int(blocks) * Self.blockBits {
            // The number of a block is hash × blocks ÷ 2⁶⁴, rounded down: of two neighbours comes one.
            blocks /= 2
            for word in 0..<Int(blocks) * 8 {
                let left = word / 8 * 16 + word % 8
                words[word] = words[left] | words[left + 8]
            }
            words.removeLast(words.count / 2)
        }
    }

    /// A filter as it was stored; nil where its length cannot be.
    init?(decoding bytes: borrowing RawSpan) {
        guard bytes.byteCount > 0, bytes.byteCount % (Self.blockBits / 8) == 0 else { return nil }
        blocks = UInt64(bytes.byteCount * 8 / Self.blockBits)
        words = []
        words.reserveCapacity(bytes.byteCount / 8)
        for at in stride(from: 0, to: bytes.byteCount, by: 8) { words.append(bytes.u64(at: at)) }
    }

    /// - Parameter hash: the whole hash of the name and its kind.
    mutating func insert(_ hash: UInt64) {
        let block = Self.block(hash, of: blocks)
        var rest = Self.places(hash)
        for _ in 0..<Self.bitsSet {
            words[block + Int(rest &>> 6 & 7)] |= 1 &<< (rest & 63)
            rest &>>= 9
        }
    }

    func mayContain(_ hash: UInt64) -> Bool {
        let block = Self.block(hash, of: blocks)
        var rest = Self.places(hash)
        for _ in 0..<Self.bitsSet {
            if words[block + Int(rest &>> 6 & 7)] & 1 &<< (rest & 63) == 0 { return false }
            rest &>>= 9
        }
        return true
    }

    /// The first word of the block of a name.
    private static func block(_ hash: UInt64, of blocks: UInt64) -> Int {
        Int(hash.multipliedFullWidth(by: blocks).high) * blockBits / 64
    }

    /// Six times nine bits, independent of those that chose the block.
    private static func places(_ hash: UInt64) -> UInt64 {
        KeyedHash.mix(hash ^ 0x9E37_79B9_7F4A_7C15, 0xE703_7ED1_A0B4_28DB)
    }
}
