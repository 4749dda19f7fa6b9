import DaybookPlatform
import DaybookStoreContract
import Testing

/// What a reader answers while another process appends, deletes, seals, compacts, and is followed by the next one.
@Suite(.timeLimit(.minutes(15))) struct BesideStoreTests {
    private static let seeds: ClosedRange<UInt64> =
        Host.environment("DAYBOOK_THOROUGH") == "1" ? 41...100 : 41...43

    @Test(arguments: seeds, [true, false])
    func `A reader beside the writer answers as the model does`(
        seed: UInt64, keepsReader: Bool
    ) async throws {
        let answers = try await RandomContract.run(
            seed: seed, operations: 250, engine: .beside(keepsReader: keepsReader))
        #expect(answers["compacted"] ?? 0 > 2, "\(answers)")
    }
}
