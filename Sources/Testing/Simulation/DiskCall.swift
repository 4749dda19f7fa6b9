/// One call on a simulated disk, for the messages of failing tests.
public struct DiskCall: Sendable, CustomStringConvertible {
    /// Which function of `Disk` it was.
    public enum Kind: String, Sendable, CaseIterable {
        case open, close, size, read, write, allocate, giveBack, truncate, startWriteback, sync
        case createDirectory, syncDirectory, list, rename, remove, isNamed, lock, isLocked
    }

    /// Counted from 1.
    public let number: Int
    /// Which function it was.
    public let kind: Kind
    /// The path; of an open file, that under which it was opened.
    public let path: String
    /// The bytes it was about, if any; for `truncate` and `allocate` from the start to the size.
    public let range: Range<Int>?
    /// The new name, for `rename`.
    public let target: String?
    /// What the plan did to it, if anything.
    public internal(set) var fault: FaultPlan.Fault?

    /// As in `12 write log 0..<512 (crash)`.
    public var description: String {
        var text = "\(number) \(kind.rawValue) \(path)"
        if let range { text += " \(range.lowerBound)..<\(range.upperBound)" }
        if let target { text += " -> \(target)" }
        if let fault { text += " (\(fault))" }
        return text
    }
}

extension Set<DiskCall.Kind> {
    /// Every call.
    public static var all: Self { Set(DiskCall.Kind.allCases) }
    /// The calls that make something durable.
    public static var syncs: Self { [.sync, .syncDirectory] }
    /// The calls that change something, on a disk that has room or has none.
    public static var changes: Self {
        [.write, .allocate, .giveBack, .truncate, .createDirectory, .rename, .remove]
    }
}
