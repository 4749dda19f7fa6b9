import DaybookStoreContract
import Testing

@Suite("ModelStore")
struct ModelStoreTests {
    @Test(arguments: StoreContract.cases)
    func `The model keeps the contract`(_ contractCase: ContractCase) async throws {
        try await contractCase.run(.model)
    }

    @Test(arguments: StoreContract.reopeningCases)
    func `The model keeps it when it is opened again`(_ contractCase: ContractCase) async throws {
        try await contractCase.run(.model)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `The model agrees with itself over random histories`(_ seed: UInt64) async throws {
        try await RandomContract.run(seed: seed, operations: 300, engine: .model)
    }
}
