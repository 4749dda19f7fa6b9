internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform

/// Names that begin in one part of an index, or the keys of records it speaks of, by the order of their bytes.
struct NameList {
    private enum Source {
        case memory([RunName], at: Int)
        case run(RunNameCursor)
    }
    private var source: Source
    /// The name where it stands, nil behind the last.
    private(set) var head: RunName?

    /// - Parameter names: in order.
    init(_ names: [RunName]) { source = .memory(names, at: 0) }
    init(_ run: Run, atOrAfter name: [UInt8], of kind: UInt8) {
        source = .run(RunNameCursor(run, atOrAfter: name, of: kind))
    }

    /// Goes on to the first name of a kind that is not before one.
    mutating func advance(
        to wanted: [UInt8], of kind: UInt8, _ mode: ReadMode
    ) throws(RunFailure) {
        switch source {
        case .memory(let names, var at):
            while at < names.count && names[at].precedes(kind, wanted) { at += 1 }
            source = .memory(names, at: at)
            head = at < names.count ? names[at] : nil
        case .run(var cursor):
            try cursor.advance(to: wanted, of: kind, mode)
            head = cursor.name
            source = .run(cursor)
        }
        if head?.kind != kind { head = nil }
    }
}

extension [NameList] {
    /// Goes on in all of them, and tells the first name there is; where several have it, of the latest.
    /// - Parameter self: oldest first.
    mutating func advance(
        to wanted: [UInt8], of kind: UInt8, _ mode: ReadMode
    ) throws(RunFailure) -> RunName? {
        var first: RunName?
        for index in indices {
            try self[index].advance(to: wanted, of: kind, mode)
            guard let head = self[index].head else { continue }
            if let least = first, least.precedes(kind, head.name) { continue }
            first = head
        }
        return first
    }
}
