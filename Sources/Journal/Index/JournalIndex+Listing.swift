package import Daybook
internal import DaybookBytes
package import DaybookPlatform

extension JournalIndex {
    /// Streams whose names begin with a prefix, by the order of their bytes, after a name.
    ///
    /// O(limit) in what is on disk, O(n log n) in the streams that begin in what is in memory.
    package func streams(
        prefix: String, after: String?, limit: Int, _ mode: ReadMode
    ) throws(ReadFailure) -> [StreamInfo] {
        let kind = RunName.Kind.stream.rawValue
        let asksForSystem = prefix.utf8.first == UInt8(ascii: "$")
        var names: [[UInt8]] = []
        do throws(RunFailure) {
            var start = Array(prefix.utf8)
            if let after, prefix.precedes(after) { start = Array(after.utf8) + [0] }
            var lists = withLock { $0.nameLists(of: kind, atOrAfter: start) }
            while names.count < limit, let next = try lists.advance(to: start, of: kind, mode),
                next.name.starts(with: prefix.utf8)
            {
                let isSystem = next.name.first == UInt8(ascii: "$")
                if isSystem && !asksForSystem {
                    start = [UInt8(ascii: "$") + 1]
                } else {
                    names.append(next.name)
                    start = next.name + [0]
                }
            }
        } catch {
            throw told(error)
        }
        var streams: [StreamInfo] = []
        for name in names {
            streams.append(try stream(String(decoding: name, as: UTF8.self), mode))
        }
        return streams
    }

    /// A stream as it is.
    package func stream(_ name: String, _ mode: ReadMode) throws(ReadFailure) -> StreamInfo {
        let bytes = Array(name.utf8)
        while true {
            let parts = parts
            var facts = try parts.facts(bytes.rawSpan, mode)
            var last: Position?
            do throws(RunFailure) {
                for part in parts.all.reversed() where last == nil {
                    last = try part.lastPosition(bytes.rawSpan, mode)
                }
            } catch {
                throw told(error)
            }
            let isSame = withLock { content in
                guard content.partsFrame == parts.frame else { return false }
                if let delta = content.recent.delta(bytes.rawSpan) { facts = facts.after(delta) }
                last = content.recent.lastPosition(bytes.rawSpan) ?? last
                return true
            }
            if isSame {
                return StreamInfo(
                    name: name, state: facts.state, firstRevision: facts.first, lastPosition: last)
            }
        }
    }

    /// The values of an owner by the order of the bytes of their keys, after a key.
    package func records(
        owner: String, after: String?, limit: Int, _ mode: ReadMode
    ) throws(ReadFailure) -> [RecordValue] {
        let kind = RunName.Kind.record.rawValue
        let prefix = RunName.record(RecordKey(owner, ""))
        var values: [RecordValue] = []
        do throws(RunFailure) {
            var start = after.map { RunName.record(RecordKey(owner, $0)) + [0] } ?? prefix
            var lists = withLock { $0.nameLists(of: kind, atOrAfter: start) }
            while values.count < limit, let next = try lists.advance(to: start, of: kind, mode),
                next.name.starts(with: prefix)
            {
                start = next.name + [0]
                let key = String(decoding: next.name.dropFirst(prefix.count), as: UTF8.self)
                if let value = RecordValue(key: key, decoding: next.value) { values.append(value) }
            }
        } catch {
            throw told(error)
        }
        return values
    }

    /// Bytes that the runs take on the disk.
    package var runBytes: Int {
        parts.all.reduce(0) { sum, part in
            if case .run(let run) = part { sum + run.byteCount } else { sum }
        }
    }

    /// The last position that the runs on the disk cover; what follows is indexed in memory only.
    package var lastPositionOnDisk: Position {
        withLock { content in
            let runs = content.parts.prefix { if case .run = $0 { true } else { false } }
            return runs.last?.positions.last ?? 0
        }
    }

    /// Sizes by category and type, for people.
    package struct Sizes: Hashable, Sendable {
        package var streams = 0
        package var tags = 0
        package var streamsByCategory: [String: Int] = [:]
        package var eventsByType: [String: UInt64] = [:]
    }

    /// Counts events and streams. O(n) in the tags; memory grows with categories and types only.
    package func sizes(_ mode: ReadMode) throws(ReadFailure) -> Sizes {
        var (counts, recentTags, parts) = withLock { content in
            var counts = TermCounts()
            content.recent.count(into: &counts)
            let tags = content.recent.terms.tags(hash)
            return (counts, tags, IndexParts(all: content.parts, index: self))
        }
        var sizes = Sizes()
        do throws(RunFailure) {
            var tags = [TagCursor(recentTags, hash)]
            for part in parts.all {
                try part.count(into: &counts, mode)
                switch part {
                case .frozen(let frozen): tags.append(TagCursor(frozen.events.terms, hash))
                case .run(let run): tags.append(TagCursor(run, mode))
                }
            }
            sizes.streams = counts.firsts
            sizes.tags = try tags.countTags()
            sizes.eventsByType = counts.types
            sizes.streamsByCategory = counts.categories
            let others = counts.firsts - counts.categories.values.reduce(0, +)
            if others > 0 { sizes.streamsByCategory["", default: 0] += others }
        } catch {
            throw told(error)
        }
        return sizes
    }
}

extension JournalIndex.Content {
    /// The names of a kind that the parts and the recent events speak of, oldest first.
    fileprivate func nameLists(of kind: UInt8, atOrAfter start: [UInt8]) -> [NameList] {
        var lists: [NameList] = []
        for part in parts {
            switch part {
            case .run(let run): lists.append(NameList(run, atOrAfter: start, of: kind))
            case .frozen(let frozen):
                lists.append(NameList(frozen.events.names(of: kind, frozen.values, from: start)))
            }
        }
        lists.append(NameList(recent.names(of: kind, values, from: start)))
        return lists
    }
}

extension EventIndex {
    /// Streams that begin here, or records, by the order of bytes.
    fileprivate func names(
        of kind: UInt8, _ values: RecentValues, from start: [UInt8]
    ) -> [RunName] {
        if kind == RunName.Kind.record.rawValue { return values.recordNames() }
        return newStreams(atOrAfter: start).map {
            RunName(kind: kind, name: streamNames.name($0).copied(), value: [])
        }
    }
}

/// How many events and streams there are by some terms.
struct TermCounts {
    /// The kinds that are counted.
    static let kinds = [TermKind.type, .first, .firstInCategory].map(\.rawValue)
    var firsts = 0
    var categories: [String: Int] = [:]
    var types: [String: UInt64] = [:]

    mutating func add(_ kind: UInt8, _ name: [UInt8], _ count: Int) {
        switch TermKind(rawValue: kind) {
        case .first: firsts += count
        case .firstInCategory:
            categories[String(decoding: name, as: UTF8.self), default: 0] += count
        case .type: types[String(decoding: name, as: UTF8.self), default: 0] += UInt64(count)
        default: break
        }
    }
}

extension EventIndex {
    func count(into counts: inout TermCounts) {
        for number in 0..<terms.count where TermCounts.kinds.contains(terms.kind(number)) {
            counts.add(terms.kind(number), terms.name(number).copied(), postings.count(number))
        }
    }
}

extension IndexPart {
    fileprivate func count(
        into counts: inout TermCounts, _ mode: ReadMode
    ) throws(RunFailure) {
        switch self {
        case .frozen(let frozen): frozen.events.count(into: &counts)
        case .run(let run):
            for kind in TermCounts.kinds {
                try run.forEachTerm(ofKind: kind, mode) { counts.add(kind, $0, $1) }
            }
        }
    }
}
