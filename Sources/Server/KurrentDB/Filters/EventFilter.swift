internal import Daybook
internal import DaybookBytes
internal import DaybookGRPC

/// Says which events a client wants, by the names of their streams or by their types.
///
/// Belongs to the reads of one loop.
final class EventFilter {
    /// A filter as it was asked for.
    struct Plan: Hashable {
        enum Test: Hashable {
            /// One of these stands at the beginning.
            case prefixes([String])
            case pattern(String)
        }

        var subject: Streams.ReadRequest.Filter.Subject
        var test: Test
        /// A subscription is told how far it was looked each time so many events were.
        var checkpointInterval: Int
    }

    private enum Test {
        case prefixes([String])
        case pattern(Pattern)
    }

    private let subject: Streams.ReadRequest.Filter.Subject
    private let test: Test
    private let verdicts: VerdictCache
    private let number: UInt32
    /// What the index has for it; nil where it has to see all.
    let candidates: FilterCandidates?

    /// - Throws: `invalidArgument` for a regular expression that is none, `resourceExhausted` where there is no room
    ///   for it.
    convenience init(
        _ plan: Plan, _ room: PatternRoom, _ verdicts: VerdictCache
    ) throws(GRPCStatus) {
        let test: Test
        switch plan.test {
        case .prefixes(let prefixes): test = .prefixes(prefixes)
        case .pattern(let text):
            let pattern = try Pattern.compiled(text, in: room)
            test = .pattern(pattern)
        }
        self.init(plan, test, verdicts)
    }

    private init(_ plan: Plan, _ test: Test, _ verdicts: VerdictCache) {
        subject = plan.subject
        self.test = test
        self.verdicts = verdicts
        number = verdicts.newFilter()
        candidates = FilterCandidates(plan)
    }

    /// Whether an event is wanted.
    /// - Throws: `invalidArgument` where the regular expression takes too long.
    func wants(_ event: EventView) throws(GRPCStatus) -> Bool {
        let name = subject == .stream ? event.streamBytes : event.typeBytes
        switch test {
        case .prefixes(let prefixes):
            return prefixes.contains { prefix in
                // Safe: all bytes of a text were written.
                let wanted = unsafe prefix.utf8Span.span.bytes
                return wanted.byteCount <= name.byteCount
                    && name.extracting(0..<wanted.byteCount).isEqual(to: wanted)
            }
        case .pattern(let pattern):
            if let verdict = verdicts.verdict(of: name, by: number) { return verdict }
            let verdict = try pattern.matches(name)
            verdicts.keep(verdict, of: name, by: number)
            return verdict
        }
    }
}

extension EventFilter.Plan {
    /// Prefixes of one filter: each is compared with each event.
    static let prefixesMax = 256
    /// The longest prefix, in bytes: no name has more. A filter is kept as long as its subscription goes on.
    static let prefixBytesMax = Limits.nameBytesMax
    /// Events looked at between two checkpoints, before they are multiplied, where the client does not say.
    static let windowDefault = 32

    init(_ filter: Streams.ReadRequest.Filter) throws(GRPCStatus) {
        guard let subject = filter.subject else {
            throw .invalid("a filter is by the name of the stream or by the type of the event")
        }
        self.subject = subject
        if !filter.prefixes.isEmpty {
            if !filter.regex.isEmpty {
                throw .invalid("a filter has a regular expression or prefixes, not both")
            }
            if filter.prefixes.count > Self.prefixesMax {
                throw .invalid(
                    "a filter has at most \(Self.prefixesMax) prefixes: use a regular expression")
            }
            if filter.prefixes.contains(where: { $0.utf8.count > Self.prefixBytesMax }) {
                throw .invalid(
                    "a prefix has at most \(Self.prefixBytesMax) bytes, as names have no more")
            }
            if subject == .stream, filter.prefixes.contains(where: { $0.hasPrefix("$idx-") }) {
                // Clients read them so: the filter would find nothing, and they wait for ever.
                throw GRPCStatus(.unimplemented, "this server has no secondary indexes yet")
            }
            test = .prefixes(filter.prefixes)
        } else if filter.regex.isEmpty {
            throw .invalid("a filter has a regular expression or prefixes")
        } else {
            test = .pattern(filter.regex)
        }
        var window = Self.windowDefault
        if case .max(let count)? = filter.window, count > 0 { window = Int(count) }
        let times = max(1, Int(filter.checkpointIntervalMultiplier))
        let (interval, isTooMuch) = window.multipliedReportingOverflow(by: times)
        checkpointInterval = isTooMuch ? .max : interval
    }
}
