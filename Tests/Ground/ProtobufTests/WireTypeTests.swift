import DaybookProtobuf
import Testing

@Suite struct WireTypeTests {
    @Test("Groups are no wire types")
    func groups() { #expect(WireType(rawValue: 3) == nil && WireType(rawValue: 4) == nil) }
}
