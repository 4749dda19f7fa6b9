package import Daybook

extension MemoryIndex {
    /// Streams whose names begin with a prefix, by the order of their bytes, after a name.
    ///
    /// O(n) in the number of streams, and O(m log m) in those that match.
    package func streams(prefix: String, after: String?, limit: Int) -> [StreamInfo] {
        let wanted = Array(prefix.utf8)
        let floor = after.map { Array($0.utf8) }
        let asksForSystem = wanted.first == UInt8(ascii: "$")
        return withLock { content in
            let index = content.events
            var matching: [Int] = []
            for number in 0..<index.streams.count {
                let stream = index.streams[number]
                let name = index.streamNames.name(number)
                guard stream.facts.next > 0, asksForSystem || !stream.isSystem,
                    name.starts(with: wanted),
                    floor.map({ $0.lexicographicallyPrecedes(name) }) ?? true
                else { continue }
                matching.append(number)
            }
            matching.sort {
                index.streamNames.name($0).lexicographicallyPrecedes(index.streamNames.name($1))
            }
            return matching.prefix(limit).map { index.info($0) }
        }
    }

    /// A stream as it is.
    package func stream(_ name: String) -> StreamInfo {
        withLock { content in
            guard let number = content.events.stream(named: name) else {
                return StreamInfo(name: name, state: .never, firstRevision: 0, lastPosition: nil)
            }
            return content.events.info(number)
        }
    }

    /// Sizes by category and type, for people.
    package struct Sizes: Hashable, Sendable {
        package var streams = 0
        package var tags = 0
        package var streamsByCategory: [String: Int] = [:]
        package var eventsByType: [String: UInt64] = [:]
    }

    package func sizes() -> Sizes {
        withLock { content in
            let index = content.events
            var sizes = Sizes()
            for number in 0..<index.streams.count {
                let stream = index.streams[number]
                guard stream.facts.next > 0, !stream.isSystem else { continue }
                sizes.streams += 1
                let name = index.streamNames[number]
                let category = StreamName.category(of: name).map(String.init) ?? ""
                sizes.streamsByCategory[category, default: 0] += 1
            }
            for number in 0..<index.terms.count {
                let kind = index.terms.kind(number)
                if kind == TermKind.tag.rawValue { sizes.tags += 1 }
                if kind == TermKind.type.rawValue {
                    sizes.eventsByType[index.terms[number]] = UInt64(index.postings[number].count)
                }
            }
            return sizes
        }
    }
}

extension EventIndex {
    fileprivate func info(_ number: Int) -> StreamInfo {
        let stream = streams[number]
        return StreamInfo(
            name: streamNames[number], state: stream.facts.state, firstRevision: stream.facts.first,
            lastPosition: stream.positions.last)
    }
}
