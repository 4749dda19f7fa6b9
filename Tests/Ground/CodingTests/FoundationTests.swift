import DaybookBytes
import DaybookCoding
import Foundation
import Testing

/// Foundation's coders read what these write, and the other way about.
@Suite struct `Beside Foundation` {
    @Test func `What one writes the other reads`() throws {
        let ours = try JSONCoding.encode(Everything())
        #expect(try JSONDecoder().decode(Everything.self, from: Data(ours)) == Everything())
        let theirs = try [UInt8](JSONEncoder().encode(Everything()))
        #expect(try JSONCoding.decode(Everything.self, from: theirs.rawSpan) == Everything())
    }

    @Test(arguments: [
        "0.1", "-0.0", "123456789012345678", "9007199254740993", "0.30000000000000004", "1e22",
        "1e23", "123456.789e-3", "2.2250738585072011e-308", "5e-324", "1.7976931348623157e308",
        "3.4028235e38", "16777217", "0.1e1", "33554431.0000001", "7.0064923216240854e-46",
        "0.000000000000000000000000000001", "100000000000000000.5", "8.5", "-12.25",
    ])
    func `Floating-point numbers are rounded as the standard asks`(text: String) throws {
        let bytes = Array(text.utf8)
        #expect(try JSONCoding.decode(Double.self, from: bytes.rawSpan) == Double(text))
        if Float(text)?.isFinite == true {
            #expect(try JSONCoding.decode(Float.self, from: bytes.rawSpan) == Float(text))
        }
    }
}
