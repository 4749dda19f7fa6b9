import DaybookGRPC
import Testing

@Suite struct StatusTests {
    @Test("Codes have the numbers of the protocol")
    func numbers() {
        #expect(GRPCStatus.Code.ok.rawValue == 0)
        #expect(GRPCStatus.Code.failedPrecondition.rawValue == 9)
        #expect(GRPCStatus.Code.unauthenticated.rawValue == 16)
    }
}
