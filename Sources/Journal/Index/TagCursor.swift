internal import DaybookBytes
internal import DaybookPlatform

/// Goes through the tags of one part of an index in the order of terms, once.
///
/// Memory: of a run one block, of what is in memory 8 bytes a term.
final class TagCursor: MergeCursor {
    private enum Source {
        case memory(NameTable, numbers: [Int])
        case run(RunTermCursor)
    }

    private static let kind = TermKind.tag.rawValue
    private let source: Source
    private let hash: NameHash
    private var next = 0
    // Where it stands.
    private var order = TermOrder(value: 0)
    private var name: [UInt8] = []
    private(set) var isAtEnd = false

    /// - Parameter names: also of other kinds.
    init(_ names: NameTable, _ hash: NameHash) {
        source = .memory(names, numbers: names.ordered().filter { names.kind($0) == Self.kind })
        self.hash = hash
    }

    init(_ run: Run, _ mode: ReadMode) {
        source = .run(RunTermCursor(run, ofKind: Self.kind, mode))
        hash = run.footer.hash
    }

    func advance() throws(RunFailure) {
        switch source {
        case .memory(let names, let numbers):
            guard next < numbers.count else {
                isAtEnd = true
                return
            }
            stand(at: names.name(numbers[next]))
            next += 1
        case .run(let cursor):
            repeat { try cursor.advance() } while cursor.kind ?? Self.kind < Self.kind
            guard cursor.kind == Self.kind, let found = cursor.found else {
                isAtEnd = true
                return
            }
            stand(at: found.block.content.extracting(found.term.name))
        }
    }

    private func stand(at name: borrowing RawSpan) {
        order = TermOrder(kind: Self.kind, hash: hash.order(hash.whole(name, Self.kind)))
        self.name.removeAll(keepingCapacity: true)
        // Safe: the pointer does not leave the closure.
        unsafe name.withUnsafeBytes { unsafe self.name.append(contentsOf: $0) }
    }

    func precedes(_ other: TagCursor) -> Bool? {
        if order != other.order { return order < other.order }
        let (mine, its) = (name, other.name)
        return mine.rawSpan.precedes(its.rawSpan)
    }
}

extension NameTable {
    /// Those of its names that are tags.
    func tags(_ hash: NameHash) -> NameTable {
        var tags = NameTable(hash)
        for number in 0..<count where kind(number) == TermKind.tag.rawValue {
            _ = tags.intern(name(number), kind: kind(number))
        }
        return tags
    }
}

extension [TagCursor] {
    /// How many different tags they have together: each counts once, whatever has it.
    func countTags() throws(RunFailure) -> Int {
        var merge = try MergedCursors(self)
        var count = 0
        while !merge.least.isEmpty {
            count += 1
            try merge.advance()
        }
        return count
    }
}
