internal import Daybook
internal import DaybookGRPC
internal import DaybookJournal
internal import DaybookStore

/// What a request to read means.
struct ReadingPlan: Hashable {
    enum Subject: Hashable {
        case stream(String)
        case list(SystemStream)
        case all
    }

    /// Where to begin. Reads take what stands there, subscriptions what stands behind it.
    enum Place: Hashable {
        case start, end
        case revision(Revision)
        case position(Position)
    }

    enum Extent: Hashable {
        /// At most so many events; nil: all there are.
        case count(Int?)
        case subscription
    }

    var subject: Subject
    var direction: Read.Direction
    var place: Place
    var extent: Extent
    /// Whether the event comes with the link that leads to it, or the link alone.
    var resolvesLinks: Bool
    var filter: EventFilter.Plan?
    var form: UUIDForm
    /// Whether the client wants to hear of the first and the last revision of the stream.
    var tellsRevisions: Bool
}

extension ReadingPlan {
    /// - Throws: `invalidArgument` for what is no combination that the protocol has.
    init(_ options: Streams.ReadRequest.Options?) throws(GRPCStatus) {
        guard let options else { throw .invalid("a read has options") }
        guard let form = options.uuidForm else {
            throw .invalid("a read says how ids are to be written: uuid_option")
        }
        self.form = form
        direction = options.direction == .forwards ? .forwards : .backwards
        switch options.source {
        case .stream(let source)?:
            subject = SystemStream(source.stream).map { .list($0) } ?? .stream(source.stream)
            place = try Self.place(source)
            do throws(StoreError) { try StreamName.validate(source.stream) } catch {
                throw GRPCStatus(error)
            }
        case .all(let source)?: (subject, place) = (.all, try Self.place(source))
        case nil: throw .invalid("a read is of a stream or of all")
        }
        switch options.extent {
        case .count(let count)?: extent = .count(Int(exactly: count).flatMap(Self.limit))
        case .subscription?: extent = .subscription
        case nil: throw .invalid("a read has a count, or is a subscription")
        }
        switch options.filter {
        case .filter(let sent)?: filter = try EventFilter.Plan(sent)
        case FilterChoice.none?: filter = nil
        case nil: throw .invalid("a read has a filter, or no_filter")
        }
        resolvesLinks = options.resolvesLinks
        tellsRevisions = options.compatibility >= 1
        if extent == .subscription && direction == .backwards {
            throw .invalid("a subscription goes forwards")
        }
        if filter != nil && subject != .all {
            throw .invalid("a filter is for reads of all, not of one stream")
        }
    }

    private typealias FilterChoice = Streams.ReadRequest.Options.FilterChoice

    /// The greatest number is what clients send who want everything.
    private static func limit(_ count: Int) -> Int? { count == .max ? nil : count }

    private static func place(_ source: Streams.ReadRequest.StreamSource) throws(GRPCStatus)
        -> Place
    {
        switch source.start {
        // Some clients write the end as the greatest revision.
        case .revision(let revision)?: revision >= Revision(Int64.max) ? .end : .revision(revision)
        case .start?: .start
        case .end?: .end
        case nil: throw .invalid("a read of a stream begins at a revision, the start or the end")
        }
    }

    private static func place(_ source: Streams.ReadRequest.AllSource) throws(GRPCStatus) -> Place {
        switch source.start {
        case .position(let sent)?:
            if sent.prepare > sent.commit {
                throw .invalid("Trying to read from an invalid position.")
            }
            return sent.commit >= Position(Int64.max) ? .end : .position(sent.commit)
        case .start?: return .start
        case .end?: return .end
        case nil: throw .invalid("a read of all begins at a position, the start or the end")
        }
    }
}

extension ReadingPlan {
    /// The stream that is read; nil: all.
    var streamName: String? {
        switch subject {
        case .stream(let name): name
        case .list(let stream): stream.name
        case .all: nil
        }
    }

    /// What is asked of the stream that is read.
    var question: LookUp<StreamInfo> {
        get throws(StoreError) {
            if case .list(let stream) = subject { return try stream.info() }
            return try .stream(streamName ?? "")
        }
    }

    /// The source of a read that ends: it gives what is asked for, or more.
    var wanted: FoundSource.Wanted {
        var limit: Int?
        if case .count(let count) = extent { limit = count }
        switch subject {
        case .list(let stream):
            return .list(
                FoundSource.ListRead(
                    list: stream.list, direction: direction, first: ordinal, limit: limit,
                    resolvesLinks: resolvesLinks))
        case .stream(let name):
            return .read(
                Read(
                    .stream(name), direction, from: start, limit: limit,
                    includesSystemStreams: true))
        case .all:
            // What is hidden or filtered out is counted by the store, too: it is told no limit where that may be.
            let candidates = filter.flatMap { FilterCandidates($0) }
            return .read(
                Read(
                    candidates.map { .query($0.query) } ?? .all, direction, from: start,
                    limit: candidates?.areWanted == true ? limit : nil,
                    includesSystemStreams: true))
        }
    }

    /// What a subscription follows that is to no list: with a filter, what the index says may be wanted.
    var selection: Selection {
        if case .stream(let name) = subject { return .stream(name) }
        return filter.flatMap { FilterCandidates($0) }.map { .query($0.query) } ?? .all
    }

    /// A read may begin at the end that it goes to: backwards at the start is the first event of a stream, all else
    /// is nothing. Backwards, a read of all takes what stands before the position, that of a stream also what stands at
    /// the revision: so clients know it, who read on from the last event that they were given.
    private var start: Read.Start {
        switch (place, direction) {
        case (.start, .forwards), (.end, .backwards): .end(of: direction)
        case (.start, .backwards): subject == .all ? .position(0) : .revision(0)
        case (.end, .forwards): subject == .all ? .position(.max) : .revision(.max)
        case (.revision(let revision), _): .revision(revision)
        case (.position(let position), .forwards): .position(position)
        case (.position(let position), .backwards): .position(position - min(position, 1))
        }
    }

    /// The same for a list; nil: from the end that it comes from.
    private var ordinal: Ordinal? {
        switch (place, direction) {
        case (.start, .forwards), (.end, .backwards), (.position, _): nil
        case (.start, .backwards): 0
        case (.end, .forwards): .max
        case (.revision(let revision), _): revision
        }
    }
}
