import Daybook
import DaybookSourcing
import DaybookSourcingTesting
import Foundation
import Testing

/// Nearly every program imports Foundation beside Daybook. Where the two have a type of the same name, such a program cannot
/// say it without the name of a module in front; here that is an error of the compiler. Nothing is imported but what a
/// program would.
@Suite struct `Names of public types` {
    // Types of tuples: among values, as in a list of metatypes, the compiler takes either of two for `Name.self`.
    private typealias Contract = (
        Append, Appended, Checkpoint, CheckpointSet, Deletion, Event, EventBatch, any EventCursor,
        EventID, EventSequence, any EventStore, JournalName, Limits, Position, Query,
        QueryCondition, Read, RecordValue, RecordedEvent, Revision, Selection, StoreError,
        StreamCondition, StreamInfo, StreamMetadata, StreamName, StreamState, Subscription,
        any SubscriptionCursor, SubscriptionSignal, SystemRecord, SystemType, Timestamp,
        TrackingMark, TrackingToken
    )

    private typealias Sourcing = (
        any Aggregate, AggregateFold<Till>, Blame, Boundary<FreeSeats>, CatalogBuilder,
        CatalogDescription, CatalogEntry, CatalogFinding, Cause, Changes<AccountEvent>, any Command,
        CommandAuthorization, CommandBus, CommandContext, CommandHandler<Deposit>, CommandLogging,
        any CommandMiddleware, CommandRest<Deposit>, CommandRetry, CommandRoute, CommandRoutes,
        any Decider, any DomainEvent, EventCatalog, EventEntry<Opened>, EventFormat,
        EventMember<AccountEvent>, EventMembers<AccountEvent>, any EventSet, EventType,
        Executed<Account>, FieldDifference, any Fold, History<Account>, HistoryPoint, IgnoredEvent,
        KeptOutcomes, Loaded<Int>, any MachineCommand, any MachineDefinition,
        MachineState<Button.Phase, NoContext>, MachineTransition<Button>, any NamedCommand,
        NoContext, OutcomeSweep, PastTransition<Button>, Placed, any QueriedFold, RecordedType,
        Repository<Account>, RepositoryOptions, Retries, SnapshotPolicy, Sourced<AccountEvent>,
        SourcedSequence<AccountEvent>, SourcedStore, SourcingError, SourcingSignal, SplitEvent,
        StateChange<Account>, StateDifference<Int>, StateMachine<Button>, Transition<Press>,
        TransitionBuilder<Button>, TransitionRefusal<Button.Phase>
    )

    private typealias ForTests = (
        EventList, GivenAggregate<Till>, GivenBoundary<FreeSeats>, GivenDecider<Account>,
        ListedEvent, Outcome<Int, Int, Never>, TestClock
    )

    /// A view may not stand in a tuple.
    private static func position(of view: borrowing EventView) -> Position { view.position }

    @Test func `All stand here, beside Foundation`() throws {
        let words = Set(
            try text(of: URL(filePath: #filePath)).split { !$0.isLetter }.map(String.init))
        let declared = try ["Contract/Daybook", "Sourcing/Sourcing", "Sourcing/Testing"].flatMap {
            try names(in: Page.root.appending(path: "Sources/" + $0).resolvingSymlinksInPath())
        }
        #expect(declared.contains("EventView") && declared.contains("GivenDecider"))
        #expect(Set(declared).subtracting(words) == [], "name these here as well")
    }

    /// The names of the public types in a folder that are not within another.
    private func names(in folder: URL) throws -> [String] {
        let paths = FileManager.default.enumerator(atPath: folder.path)!.compactMap {
            $0 as? String
        }
        return try paths.filter { $0.hasSuffix(".swift") }.flatMap { path in
            try text(of: folder.appending(path: path)).matches(
                of:
                    /(?m)^public (?:final |indirect )*(?:struct|enum|class|protocol|actor|typealias) (\w+)/
            ).map { String($0.output.1) }
        }
    }

    private func text(of file: URL) throws -> String {
        try String(contentsOf: file, encoding: .utf8)
    }
}
