import DaybookBytes
import DaybookJSON

// The readers of slices for arrays: a span, which cannot escape, cannot stand in an expectation.

extension JSONSlice {
    func string(in bytes: [UInt8]) throws(JSONError) -> String { try string(in: bytes.rawSpan) }
    func int64(in bytes: [UInt8]) throws(JSONError) -> Int64 { try int64(in: bytes.rawSpan) }
    func bool(in bytes: [UInt8]) throws(JSONError) -> Bool { try bool(in: bytes.rawSpan) }
    func strings(in bytes: [UInt8]) throws(JSONError) -> [String] {
        try strings(in: bytes.rawSpan)
    }
}

extension JSONField {
    func isNamed(_ name: StaticString, in bytes: [UInt8]) -> Bool {
        isNamed(name, in: bytes.rawSpan)
    }
}

extension JSONValue {
    init(_ slice: JSONSlice, in bytes: [UInt8]) throws(JSONError) {
        try self.init(slice, in: bytes.rawSpan)
    }
}
