internal import Daybook
internal import DaybookDesk
internal import DaybookGRPC
internal import DaybookHTTP
internal import DaybookJournal
internal import Synchronization

/// The filters that reads of one loop use: those that ask for the same have one, and all keep what they found of names
/// in one place. So what filters take is bounded, however many read.
final class FilterShelf {
    /// What is asked for, by its bytes, without what each reader is told of it.
    private struct Key: Hashable {
        var subject: Streams.ReadRequest.Filter.Subject
        var isPattern: Bool
        var texts: [Spelling]

        init(_ plan: EventFilter.Plan) {
            subject = plan.subject
            switch plan.test {
            case .prefixes(let prefixes):
                (isPattern, texts) = (false, prefixes.map { Spelling($0) })
            case .pattern(let pattern): (isPattern, texts) = (true, [Spelling(pattern)])
            }
        }
    }

    private struct Place {
        weak var filter: EventFilter?
    }

    private let patterns: PatternRoom
    private let verdicts = VerdictCache()
    private var places: [Key: Place] = [:]
    /// It is tidied up when it has as many.
    private var placesMax = 64

    init(_ patterns: PatternRoom) { self.patterns = patterns }

    /// - Throws: `invalidArgument` for a regular expression that is none, `resourceExhausted` where those of all
    ///   readers take too much memory.
    func filter(_ plan: EventFilter.Plan) throws(GRPCStatus) -> EventFilter {
        let key = Key(plan)
        if let known = places[key]?.filter { return known }
        let filter = try EventFilter(plan, patterns, verdicts)
        if places.count >= placesMax { tidy() }
        places[key] = Place(filter: filter)
        return filter
    }

    private func tidy() {
        places = places.filter { $0.value.filter != nil }
        placesMax = max(64, places.count * 2)
    }
}

/// The shelves of all loops.
final class FilterShelves: Sendable {
    private let patterns: PatternRoom
    private let shelves = Mutex<[ObjectIdentifier: Shelf]>([:])

    /// Carries a shelf to whoever asks for it on its loop.
    private struct Shelf: @unchecked Sendable {
        // Safe: given out on the loop alone.
        let filters: FilterShelf
    }

    init(_ patterns: PatternRoom) { self.patterns = patterns }

    /// Called on the loop.
    func shelf(on loop: any EventLoop) -> FilterShelf {
        shelves.withLock { shelves in
            let key = ObjectIdentifier(loop)
            if let shelf = shelves[key] { return shelf }
            let shelf = Shelf(filters: FilterShelf(patterns))
            shelves[key] = shelf
            return shelf
        }.filters
    }
}

extension EventFilter: HeadFilter {
    var query: Query? { candidates?.query }

    /// What is told of an event of the system may have another name than the event.
    func mayWant(_ event: borrowing EventView) -> Bool {
        if event.isSystem { return true }
        do { return try wants(event) } catch { return true }
    }
}
