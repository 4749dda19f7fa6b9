import Daybook
import DaybookSourcing
import DaybookSourcingTesting
import Foundation
import Testing

/// Nearly every program imports Foundation beside Daybook. Where the two have a type of the same name, such a program cannot
/// say it without the name of a module in front; here that is an error of the compiler. Nothing is imported but what a
/// program would.
@Suite struct `Names of public types` {
    private static let metatypes: [any Any.Type] = [
        Append.self, Appended.self, Checkpoint.self, CheckpointSet.self, Deletion.self, Event.self,
        EventBatch.self, (any EventCursor).self, EventID.self, EventSequence.self,
        (any EventStore).self, JournalName.self, Limits.self, Position.self, Query.self,
        QueryCondition.self, Read.self, RecordValue.self, RecordedEvent.self, Revision.self,
        Selection.self, StoreError.self, StreamCondition.self, StreamInfo.self, StreamMetadata.self,
        StreamName.self, StreamState.self, Subscription.self, (any SubscriptionCursor).self,
        SubscriptionSignal.self, SystemRecord.self, SystemType.self, Timestamp.self,
        TrackingMark.self, TrackingToken.self,

        (any Aggregate).self, AggregateFold<Till>.self, Blame.self, Boundary<FreeSeats>.self,
        CatalogBuilder.self, CatalogDescription.self, CatalogEntry.self, CatalogFinding.self,
        Cause.self, Changes<AccountEvent>.self, (any Command).self, CommandAuthorization.self,
        CommandBus.self, CommandContext.self, CommandHandler<Deposit>.self, CommandLogging.self,
        (any CommandMiddleware).self, CommandRest<Deposit>.self, CommandRetry.self,
        CommandRoute.self, CommandRoutes.self, (any Decider).self, (any DomainEvent).self,
        EventCatalog.self, EventEntry<Opened>.self, EventFormat.self,
        EventMember<AccountEvent>.self, EventMembers<AccountEvent>.self, (any EventSet).self,
        EventType.self, Executed<Account>.self, FieldDifference.self, (any Fold).self,
        History<Account>.self, HistoryPoint.self, IgnoredEvent.self, KeptOutcomes.self,
        Loaded<Int>.self, (any MachineCommand).self, (any MachineDefinition).self,
        MachineState<Button.Phase, NoContext>.self, MachineTransition<Button>.self,
        (any NamedCommand).self, NoContext.self, OutcomeSweep.self, PastTransition<Button>.self,
        Placed.self, (any QueriedFold).self, RecordedType.self, Repository<Account>.self,
        RepositoryOptions.self, Retries.self, SnapshotPolicy.self, Sourced<AccountEvent>.self,
        SourcedSequence<AccountEvent>.self, SourcedStore.self, SourcingError.self,
        SourcingSignal.self, SplitEvent.self, StateChange<Account>.self, StateDifference<Int>.self,
        StateMachine<Button>.self, Transition<Press>.self, TransitionBuilder<Button>.self,
        TransitionRefusal<Button.Phase>.self,

        EventList.self, GivenAggregate<Till>.self, GivenBoundary<FreeSeats>.self,
        GivenDecider<Account>.self, ListedEvent.self, Outcome<Int, Int, Never>.self, TestClock.self,
    ]

    /// A view is no value that could stand in a list.
    private static func position(of view: borrowing EventView) -> Position { view.position }

    @Test func `All stand here, beside Foundation`() throws {
        let words = Set(
            try text(of: URL(filePath: #filePath)).split { !$0.isLetter }.map(String.init))
        let declared = try ["Contract/Daybook", "Sourcing/Sourcing", "Sourcing/Testing"].flatMap {
            try names(in: Page.root.appending(path: "Sources/" + $0).resolvingSymlinksInPath())
        }
        #expect(declared.count > Self.metatypes.count)
        #expect(Set(declared).subtracting(words) == [], "name these in the list as well")
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
