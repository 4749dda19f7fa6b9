internal import Daybook
internal import DaybookGRPC

/// What a request to read means.
struct ReadingPlan: Hashable {
    enum Subject: Hashable {
        case stream(String)
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
            (subject, place) = (.stream(source.stream), try Self.place(source))
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
    /// The read of the store that gives what is asked for, or more.
    var read: Read {
        // What is hidden or filtered out is counted by the store, too: of all it is told no limit.
        var limit: Int?
        if case .count(let count) = extent, case .stream = subject { limit = count }
        return Read(selection, direction, from: start, limit: limit, includesSystemStreams: true)
    }

    var selection: Selection {
        switch subject {
        case .stream(let name): .stream(name)
        case .all: .all
        }
    }

    /// A read may begin at the end that it goes to: backwards at the start is the first event of a stream, all else
    /// is nothing.
    private var start: Read.Start {
        switch (place, direction) {
        case (.start, .forwards), (.end, .backwards): .end(of: direction)
        case (.start, .backwards): subject == .all ? .position(0) : .revision(0)
        case (.end, .forwards): subject == .all ? .position(.max) : .revision(.max)
        case (.revision(let revision), _): .revision(revision)
        case (.position(let position), _): .position(position)
        }
    }
}
