internal import Daybook
internal import DaybookGRPC

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
    private var names: [ObjectIdentifier: Key] = [:]
    /// It is tidied up when it has as many.
    private var placesMax = 64

    init(_ patterns: PatternRoom) { self.patterns = patterns }

    /// - Throws: `invalidArgument` for a regular expression that is none, `resourceExhausted` where those of all
    ///   readers take too much memory.
    func filter(_ plan: EventFilter.Plan) throws(GRPCStatus) -> EventFilter {
        let key = Key(plan)
        if let known = places[key]?.filter { return known }
        let filter = try EventFilter(plan, patterns, verdicts)
        if max(places.count, names.count) >= placesMax { tidy() }
        places[key] = Place(filter: filter)
        names[ObjectIdentifier(filter)] = key
        return filter
    }

    /// A filter that somebody holds.
    subscript(name: ObjectIdentifier) -> EventFilter? { names[name].flatMap { places[$0]?.filter } }

    /// Filters that somebody holds.
    var count: Int { places.values.count { $0.filter != nil } }

    private func tidy() {
        places = places.filter { $0.value.filter != nil }
        names = [:]
        for (key, place) in places {
            if let filter = place.filter { names[ObjectIdentifier(filter)] = key }
        }
        placesMax = max(64, places.count * 2)
    }
}
