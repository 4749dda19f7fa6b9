import Daybook
import DaybookStoreContract
import Testing

/// What a suite is worth shows on stores that are wrong.
@Suite("StoreContract")
struct StoreContractTests {
    @Test(.timeLimit(.minutes(15)), arguments: Flaw.allCases)
    func `The suite finds a store with a flaw`(_ flaw: Flaw) async throws {
        let engine = ContractEngine { FlawedStore(flaw) }
        var found: [String] = []
        for contractCase in StoreContract.cases where !contractCase.isSlow {
            do {
                try await contractCase.run(engine, within: .seconds(2))
            } catch {
                found.append(contractCase.name)
                break
            }
        }
        #expect(!found.isEmpty, "\(flaw)")
    }

    @Test func `Without the flaw the same store passes`() async throws {
        let engine = ContractEngine { FlawedStore(nil) }
        for contractCase in StoreContract.cases where !contractCase.isSlow {
            try await contractCase.run(engine)
        }
        try await RandomContract.run(seed: 11, operations: 300, engine: engine)
    }

    @Test(.timeLimit(.minutes(15)), arguments: Flaw.allCases.filter(\.isSeenByOne))
    func `Random histories find it too, and tell the seed`(_ flaw: Flaw) async throws {
        let engine = ContractEngine { FlawedStore(flaw) }
        let failure = await #expect(throws: ContractFailure.self) {
            try await RandomContract.run(
                seed: 11, operations: 200, engine: engine, shrinkingFor: .zero)
        }
        #expect(failure?.message.hasPrefix("seed 11: ") == true)
    }

    @Test(.timeLimit(.minutes(15)))
    func `A failing history is told without what it does not need`() async throws {
        let engine = ContractEngine { FlawedStore(.losesTracking) }
        let failure = await #expect(throws: ContractFailure.self) {
            try await RandomContract.run(
                seed: 5, operations: 200, engine: engine, shrinkingFor: .seconds(90))
        }
        let lines = failure?.message.split(separator: "\n").filter { $0.hasPrefix("  ") } ?? []
        #expect((1...3).contains(lines.count), "\(failure?.message ?? "")")
    }

    @Test func `Every case has a name of its own`() {
        let names = (StoreContract.cases + StoreContract.reopeningCases).map(\.name)
        #expect(Set(names).count == names.count)
        #expect(names.count > 100)
    }
}
