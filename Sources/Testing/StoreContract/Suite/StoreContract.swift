// The suite of behaviour that every engine passes. A test target runs it so:
//
//     @Test(arguments: StoreContract.cases)
//     func `The engine keeps the contract`(_ contractCase: ContractCase) async throws {
//         try await contractCase.run(ContractEngine { try await MyStore() } reopen: { … })
//     }

/// All that an `EventStore` has to do.
package enum StoreContract {
    /// The cases by topic; each begins with a fresh store.
    package static let cases: [ContractCase] =
        AppendContract.cases + ConditionContract.cases + IdempotencyContract.cases
        + QueryConditionContract.cases + TrackingContract.cases + RecordContract.cases
        + ReadContract.cases + ReadDirectionsContract.cases + SubscriptionContract.cases
        + CheckpointContract.cases + DeletionContract.cases + MetadataContract.cases
        + RetentionContract.cases
        + ListingContract.cases + LimitsContract.cases + ErrorContract.cases
        + ConcurrencyContract.cases

    /// The cases that close the store and open it again; for engines that outlive that.
    package static let reopeningCases: [ContractCase] = ReopeningContract.cases
}
