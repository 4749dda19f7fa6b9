package import Daybook
internal import DaybookBytes

/// Finds events by stream, category, type and tag, in memory; a value, folded from records in order.
///
/// The same fold serves twice: as the index of everything durable, and, begun anew every so often, as the
/// overlay in which the writer finds what the index does not know yet.
package struct EventIndex {
    struct Stream {
        var facts = StreamFacts()
        /// The revision of the first position listed.
        var base: Revision = 0
        var positions = PostingList()
        /// The term of its category, nil where it has none.
        var category: Int?
        var isSystem: Bool
    }

    private(set) var streams: [Stream] = []
    private(set) var streamNames: NameTable
    private(set) var postings: [PostingList] = []
    private(set) var terms: NameTable
    package private(set) var eventCount = 0
    /// The first event taken in; 0 where there is none.
    private(set) var firstPosition: Position = 0
    private(set) var systemPositions = PostingList()

    // The stream and type of the last event: runs of the same are the rule.
    private var lastStream: Int?
    private var lastType: (term: Int, isSystem: Bool)?

    package init(hashKey: UInt64, hashBits: Int = 32) {
        streamNames = NameTable(key: hashKey, hashBits: hashBits)
        terms = NameTable(key: hashKey, hashBits: hashBits)
    }

    // MARK: Folding

    /// Takes in the next event.
    package mutating func add(_ view: borrowing EventView) {
        let position = view.position
        let stream = stream(for: view)
        lastStream = stream
        streams[stream].positions.append(position)
        streams[stream].facts.take(view.revision)
        if let category = streams[stream].category { postings[category].append(position) }
        let isSystem = streams[stream].isSystem
        let type = typeTerm(for: view, isSystem: isSystem)
        lastType = (type, isSystem)
        postings[type].append(position)
        view.forEachTag { tag in
            let term = term(isSystem ? .systemTag : .tag, tag)
            postings[term].append(position)
        }
        if isSystem {
            systemPositions.append(position)
            applySystemEvent(view)
        }
        if eventCount == 0 { firstPosition = position }
        eventCount += 1
    }

    /// Gives a stream an entry that begins with what is known of it.
    mutating func begin(_ name: borrowing RawSpan, with facts: StreamFacts) {
        if streamNames.find(name) != nil { return }
        let stream = newStream(name)
        streams[stream].facts = facts
        streams[stream].base = facts.next
    }

    private mutating func stream(for view: borrowing EventView) -> Int {
        let name = view.streamBytes
        if let last = lastStream, streamNames.has(name, at: last) { return last }
        return streamNames.find(name) ?? newStream(name)
    }

    private mutating func newStream(_ name: borrowing RawSpan) -> Int {
        let number = streamNames.intern(name)
        let isSystem = name.byteCount > 0 && name.u8(at: 0) == UInt8(ascii: "$")
        var category: Int?
        for at in 0..<name.byteCount where name.u8(at: at) == UInt8(ascii: "-") {
            category = term(isSystem ? .systemCategory : .category, name.extracting(0..<at))
            break
        }
        streams.append(Stream(category: category, isSystem: isSystem))
        return number
    }

    private mutating func typeTerm(for view: borrowing EventView, isSystem: Bool) -> Int {
        let name = view.typeBytes
        if let last = lastType, last.isSystem == isSystem, terms.has(name, at: last.term) {
            return last.term
        }
        return term(isSystem ? .systemType : .type, name)
    }

    private mutating func term(_ kind: Term, _ name: borrowing RawSpan) -> Int {
        let number = terms.intern(name, kind: kind.rawValue)
        if number == postings.count { postings.append(PostingList()) }
        return number
    }

    /// What the events of metadata streams say about the streams they are about.
    private mutating func applySystemEvent(_ view: borrowing EventView) {
        let name = view.streamBytes
        guard name.byteCount > 2, name.u8(at: 1) == UInt8(ascii: "$") else { return }
        let subject = name.extracting(2..<name.byteCount)
        let number = streamNames.find(subject) ?? newStream(subject)
        let type = view.typeBytes.text()
        if type == SystemType.softDeleted || type == SystemType.tombstoned {
            streams[number].facts.first = streams[number].facts.next
            if type == SystemType.tombstoned { streams[number].facts.isTombstoned = true }
        } else {
            streams[number].facts.hasMetadata = true
        }
    }

    // MARK: Looking up

    /// What is known of a stream, nil where it has no entry.
    package func facts(_ name: borrowing RawSpan) -> StreamFacts? {
        streamNames.find(name).map { streams[$0].facts }
    }

    /// The positions of revisions of a stream, those that are listed, with the first one's revision.
    package func positions(
        stream name: borrowing RawSpan, revisions: Range<Revision>
    ) -> (first: Revision, positions: [Position]) {
        guard let number = streamNames.find(name) else { return (0, []) }
        let stream = streams[number]
        let low = max(revisions.lowerBound, stream.base)
        let high = min(revisions.upperBound, stream.base + Revision(stream.positions.count))
        guard low < high else { return (low, []) }
        return (low, (low..<high).map { stream.positions[Int($0 - stream.base)] })
    }

    package enum Term: UInt8 {
        case category = 1
        case type, tag, systemCategory, systemType, systemTag

        var ofSystem: Term { Term(rawValue: rawValue <= 3 ? rawValue + 3 : rawValue)! }
    }

    /// The number of a term, nil where no event has it.
    func term(_ kind: Term, named name: String) -> Int? {
        var name = name
        return name.withUTF8 { utf8 in
            // Safe: the span does not outlive the closure.
            let span = unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(utf8))
            return terms.find(span, kind: kind.rawValue)
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
