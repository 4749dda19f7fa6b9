internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

/// The revision that has to follow in each stream, for whoever reads a journal from its beginning: some 50 bytes a
/// stream, whatever its name.
struct StreamRevisions {
    /// Stands for a name. With 128 bits two streams are never taken for one.
    private struct Name: Hashable {
        var high: UInt64
        var low: UInt64
    }

    private let keys: (UInt64, UInt64)
    private var next: [Name: Revision] = [:]

    init(_ randomness: any Randomness) { keys = (randomness.next(), randomness.next()) }

    /// Takes in that the next event of a stream has a revision.
    /// - Returns: the revision it should have had.
    mutating func take(_ revision: Revision, of stream: borrowing RawSpan) -> Revision {
        let name = Name(
            high: KeyedHash.hash(stream, key: keys.0), low: KeyedHash.hash(stream, key: keys.1))
        var expected: Revision = 0
        func follow(_ next: inout Revision) {
            expected = next
            next = revision + 1
        }
        follow(&next[name, default: 0])
        return expected
    }
}
