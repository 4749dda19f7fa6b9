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
        let answers = try await RandomContract.run(seed: seed, operations: 300, engine: .model)
        // Histories in which everything happens, each more than once.
        let kinds = [
            "recorded", "duplicate", "deleted", "reopened", "wrongRevision", "conflict",
            "streamDeleted", "streamNotFound", "wrongToken", "partialDuplicate", "invalid",
        ]
        for kind in kinds { #expect(answers[kind] ?? 0 > 1, "\(kind): \(answers)") }
        #expect(answers["recorded"] ?? 0 > 75)
    }
}
