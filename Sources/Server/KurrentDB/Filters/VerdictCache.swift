internal import DaybookBytes

/// Keeps what was found of names, as the same few come again and again.
final class VerdictCache {
    /// Names that are kept at the most, a power of two: with names of 1 KiB 256 KiB for a read.
    static let namesMax = 256

    private struct Entry {
        var name: [UInt8]
        var verdict: Bool
    }

    /// Each name has one place, which the last one of those that share it holds.
    private var entries = [Entry?](repeating: nil, count: namesMax)

    func verdict(of name: RawSpan) -> Bool? {
        guard let entry = entries[place(of: name)], name.isEqual(to: entry.name.rawSpan) else {
            return nil
        }
        return entry.verdict
    }

    func keep(_ verdict: Bool, of name: RawSpan) {
        entries[place(of: name)] = Entry(name: name.copied(), verdict: verdict)
    }

    private func place(of name: RawSpan) -> Int {
        Int(CRC32C.checksum(of: name)) & (Self.namesMax - 1)
    }
}
