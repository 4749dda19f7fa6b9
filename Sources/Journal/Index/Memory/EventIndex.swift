package import Daybook
internal import DaybookBytes

/// Finds events by stream, category, type and tag, in memory; a value, folded from records in order.
///
/// The same fold serves twice: as the index of everything durable, and, begun anew every so often, as the
/// overlay in which the writer finds what the index does not know yet.
package struct EventIndex {
    private(set) var streams: StreamTable
    private(set) var streamNames: NameTable
    private(set) var postings: PostingLists
    private(set) var terms: NameTable
    package private(set) var eventCount = 0
    /// The first event taken in; 0 where there is none.
    private(set) var firstPosition: Position = 0
    /// The term of the events of the system's streams, nil as long as there is none.
    private var systemTerm: Int?
    var systemPositions: PostingList { systemTerm.map { postings[$0] } ?? PostingList() }

    // The stream and type of the last event: runs of the same are the rule.
    private var lastStream: Int?
    private var lastType: (term: Int, isSystem: Bool)?

    package init(hashKey: UInt64, hashBits: Int = 32) {
        self.init(hash: NameHash(key: hashKey, bits: hashBits))
    }

    /// - Parameter other: as much as it has will probably come: there is room for it at once.
    init(hash: NameHash, asLargeAs other: EventIndex? = nil) {
        streams = StreamTable(asLargeAs: other?.streams)
        streamNames = NameTable(hash, asLargeAs: other?.streamNames)
        postings = PostingLists(asLargeAs: other?.postings)
        terms = NameTable(hash, asLargeAs: other?.terms)
    }

    /// Bytes of memory it holds, about.
    var memoryBytes: Int {
        streams.memoryBytes + streamNames.memoryBytes + postings.memoryBytes + terms.memoryBytes
    }

    // MARK: Folding

    /// Takes in the next event.
    package mutating func add(_ view: borrowing EventView) {
        var nothing = Ahead()
        add(view, stream: nil, &nothing)
    }

    /// The same.
    /// - Parameters:
    ///   - known: the number of its stream, where the caller has it.
    ///   - ahead: its names, where they were looked at beforehand.
    mutating func add(
        _ view: borrowing EventView, stream known: Int?, _ ahead: inout Ahead
    ) {
        let position = view.position
        let stream: Int
        if let known {
            stream = known
        } else {
            stream = self.stream(for: view, ahead.streams.next())
        }
        lastStream = stream
        streams.take(view.revision, at: position, of: stream)
        let category = streams.category(stream)
        if let category { postings.append(position, to: category) }
        let isSystem = streams.isSystem(stream)
        let type = typeTerm(for: view, isSystem: isSystem)
        lastType = (type, isSystem)
        postings.append(position, to: type)
        let tagKind = Self.tagKind(isSystem: isSystem)
        view.forEachTag { tag in
            let term = term(tagKind, tag, ahead.tags.next())
            postings.append(position, to: term)
        }
        if view.hasCorrelation { addCorrelation(view, isSystem: isSystem) }
        if view.revision == 0 { addFirst(position, category: category, isSystem: isSystem) }
        if isSystem {
            let term = systemTerm ?? term(TermKind.system.rawValue, RawSpan())
            systemTerm = term
            postings.append(position, to: term)
            applySystemEvent(view)
        }
        if eventCount == 0 { firstPosition = position }
        eventCount += 1
    }

    /// Says what was known of a stream before the events taken in; the first word stands.
    /// - Parameter hash: of the name, where the caller has it.
    /// - Returns: the number of the stream.
    @discardableResult
    mutating func begin(
        _ name: borrowing RawSpan, hash: UInt64? = nil, with facts: StreamFacts
    ) -> Int {
        let number = stream(name, hash)
        streams.learn(facts, of: number)
        return number
    }

    /// The correlation of an event, and the first event of a stream, are terms like others.
    private mutating func addCorrelation(_ view: borrowing EventView, isSystem: Bool) {
        let kind = isSystem ? TermKind.correlation.ofSystem : TermKind.correlation.rawValue
        let term = term(kind, view.correlationBytes)
        postings.append(view.position, to: term)
    }

    private mutating func addFirst(_ position: Position, category: Int?, isSystem: Bool) {
        let kind = isSystem ? TermKind.first.ofSystem : TermKind.first.rawValue
        let all = term(kind, RawSpan())
        postings.append(position, to: all)
        guard let category else { return }
        let ofCategory =
            isSystem ? TermKind.firstInCategory.ofSystem : TermKind.firstInCategory.rawValue
        let name = terms.name(category).copied()
        let term = term(ofCategory, name.rawSpan)
        postings.append(position, to: term)
    }

    private mutating func stream(
        for view: borrowing EventView, _ next: (hash: UInt64, number: Int)?
    ) -> Int {
        let name = view.streamBytes
        if let last = lastStream, streamNames.has(name, at: last) { return last }
        return stream(name, next?.hash, probable: next?.number ?? -1)
    }

    /// The number of a stream, given now where it had none.
    private mutating func stream(
        _ name: borrowing RawSpan, _ hash: UInt64?, probable: Int = -1
    ) -> Int {
        let number = streamNames.intern(name, whole: hash, probable: probable)
        if number < streams.count { return number }
        let isSystem = name.byteCount > 0 && name.u8(at: 0) == UInt8(ascii: "$")
        var category: Int?
        for at in 0..<name.byteCount where name.u8(at: at) == UInt8(ascii: "-") {
            let kind = isSystem ? TermKind.category.ofSystem : TermKind.category.rawValue
            category = term(kind, name.extracting(0..<at))
            break
        }
        streams.add(category: category, isSystem: isSystem)
        return number
    }

    private mutating func typeTerm(for view: borrowing EventView, isSystem: Bool) -> Int {
        let name = view.typeBytes
        if let last = lastType, last.isSystem == isSystem, terms.has(name, at: last.term) {
            return last.term
        }
        return term(isSystem ? TermKind.type.ofSystem : TermKind.type.rawValue, name)
    }

    private mutating func term(
        _ kind: UInt8, _ name: borrowing RawSpan, _ next: (hash: UInt64, number: Int)? = nil
    ) -> Int {
        let number = terms.intern(
            name, kind: kind, whole: next?.hash, probable: next?.number ?? -1)
        if number == postings.count { postings.appendEmpty() }
        return number
    }

    /// What the events of metadata streams say about the streams they are about.
    private mutating func applySystemEvent(_ view: borrowing EventView) {
        let name = view.streamBytes
        guard name.byteCount > 2, name.u8(at: 1) == UInt8(ascii: "$") else { return }
        let subject = name.extracting(2..<name.byteCount)
        let number = stream(subject, nil)
        let type = view.typeBytes.text()
        streams.change(number) { delta in
            if type == SystemType.softDeleted || type == SystemType.tombstoned {
                delta.delete(isTombstone: type == SystemType.tombstoned)
            } else {
                delta.setMetadata()
            }
        }
    }

    /// Whether it may have an entry of any of some streams. Few are not looked at beforehand, see `NameTable`.
    private func mayHaveAny(of streams: [some HashedName]) -> Bool {
        // By index: a stream taken out of the array would be held once more, and a key path is made anew each time.
        streams.count < NameTable.lookedAtFirstMin
            || streamNames.mayHaveAny(of: streams.indices.lazy.map { streams[$0].hash })
    }

    /// Of which streams all is known, and not only what the events taken in did; nil: of all of them.
    func known(of streams: [some HashedName]) -> [Bool]? {
        let mayHaveAny = mayHaveAny(of: streams)
        var known: [Bool]?
        let streams = streams.span
        for number in streams.indices {
            let delta =
                mayHaveAny
                ? delta(streams[number].bytes.rawSpan, hash: streams[number].hash) : nil
            let isKnown = delta?.isComplete ?? false
            if !isKnown && known == nil { known = Array(repeating: true, count: number) }
            known?.append(isKnown)
        }
        return known
    }

    /// Puts what is known here of some streams in the place of what was known before.
    func tell(of streams: [some HashedName], _ known: inout [StreamFacts]) {
        if !mayHaveAny(of: streams) { return }
        let streams = streams.span
        for number in streams.indices {
            let here = facts(streams[number].bytes.rawSpan, hash: streams[number].hash)
            if let here { known[number] = here }
        }
    }

    /// Keeps what was known of a stream before the events taken in, as long as there is not too much of it.
    /// - Returns: what is known now.
    mutating func learn(
        _ name: borrowing RawSpan, hash: UInt64, _ facts: StreamFacts
    ) -> StreamFacts {
        let mayBegin = streams.count < eventCount + Self.learntMax
        guard let number = mayBegin ? stream(name, hash) : streamNames.find(name, whole: hash)
        else { return facts }
        streams.learn(facts, of: number)
        return streams.facts(number)
    }
    /// Streams that were only asked for: beyond it they are asked for again.
    private static let learntMax = 65_536

    // MARK: Looking up

    /// What is known of a stream, nil where it has no entry.
    package func facts(_ name: borrowing RawSpan, hash: UInt64? = nil) -> StreamFacts? {
        streamNames.find(name, whole: hash).map { streams.facts($0) }
    }

    /// What the events taken in did to a stream, with what was known before; nil where it has no entry.
    func delta(_ name: borrowing RawSpan, hash: UInt64? = nil) -> StreamDelta? {
        streamNames.find(name, whole: hash).map { streams.delta($0) }
    }

    /// The last position of a stream, nil where none is listed.
    func lastPosition(_ name: borrowing RawSpan) -> Position? {
        streamNames.find(name).flatMap { streams.positions($0).last }
    }

    /// The positions of revisions of a stream, those that are listed, with the first one's revision.
    package func positions(
        stream name: borrowing RawSpan, revisions: Range<Revision>
    ) -> (first: Revision, positions: [Position]) {
        guard let number = streamNames.find(name) else { return (0, []) }
        let base = streams.delta(number).base
        let positions = streams.positions(number)
        let low = max(revisions.lowerBound, base)
        let high = min(revisions.upperBound, base + Revision(positions.count))
        guard low < high else { return (low, []) }
        return (low, (low..<high).map { positions[Int($0 - base)] })
    }

    /// The number of a term, nil where no event has it.
    func term(_ kind: UInt8, named name: String) -> Int? {
        var name = name
        return name.withUTF8 { utf8 in
            // Safe: the span does not outlive the closure.
            let span = unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(utf8))
            return terms.find(span, kind: kind)
        }
    }

    func stream(named name: String) -> Int? {
        var name = name
        return name.withUTF8 { utf8 in
            // Safe: as above.
            let span = unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(utf8))
            return streamNames.find(span)
        }
    }
}
