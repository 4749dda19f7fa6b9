import Daybook
import DaybookStoreContract
import Testing

/// The store over the wire: what holds for every store holds for it.
@Suite(.serialized, .timeLimit(.minutes(15))) struct RemoteStoreContractTests {
    /// A server keeps the limits that are: this one is met by a million events, which the engine's own tests scale down.
    private static let cases = (StoreContract.cases + StoreContract.reopeningCases).filter {
        $0.name != "A condition over too many events is refused"
    }

    @Test(arguments: cases)
    func `The store over the wire keeps the contract`(_ contractCase: ContractCase) async throws {
        try await contractCase.run(.overTheWire)
    }

    @Test(arguments: 31...32 as ClosedRange<UInt64>)
    func `The store over the wire answers as the model does`(seed: UInt64) async throws {
        try await RandomContract.run(seed: seed, operations: 250, engine: .overTheWire)
    }
}
