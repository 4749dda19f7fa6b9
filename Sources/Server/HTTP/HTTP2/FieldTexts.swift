internal import DaybookBytes

/// Names and values of fields as text, and the fields of whole requests.
///
/// A client sends the same ones with every request, and many clients do: what was made of the same bytes before is used
/// again. One for all connections of a loop.
final class FieldTexts {
    /// Texts, each at the place that its bytes give it: those of some hundred clients that ask at the same time.
    private static let textsMax = 4_096
    /// Longer ones are not kept: those that are take 1 MiB at most.
    private static let textBytesMax = 256
    private var texts: [String] = []

    /// Fields of the last requests, each at the place that the length of its target gives it: methods of gRPC have
    /// paths of many lengths.
    private static let requestsMax = 16
    /// Longer heads are not kept: those that are take 32 KiB at most.
    private static let headBytesMax = 2_048
    private var requests = Array(repeating: HTTPFields(), count: requestsMax)

    func text(of bytes: borrowing RawSpan) -> String {
        if bytes.byteCount > Self.textBytesMax { return Self.made(of: bytes) }
        if texts.isEmpty { texts = Array(repeating: "", count: Self.textsMax) }
        let place = Self.place(of: bytes)
        if texts[place].isWritten(bytes) { return texts[place] }
        let text = Self.made(of: bytes)
        texts[place] = text
        return text
    }

    private static func made(of bytes: borrowing RawSpan) -> String {
        // Safe: the pointer does not leave the closure.
        unsafe bytes.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
    }

    /// By the length, the middle and the end: texts that differ often begin alike.
    private static func place(of bytes: borrowing RawSpan) -> Int {
        let count = bytes.byteCount
        var mixed = UInt64(count)
        if count >= 8 {
            mixed ^= bytes.u64(at: count - 8)
            mixed = mixed &* factor ^ bytes.u64(at: count / 2 - 4)
        } else {
            for offset in 0..<count { mixed = mixed << 8 ^ UInt64(bytes.u8(at: offset)) }
        }
        return Int(truncatingIfNeeded: (mixed &* factor) >> 40) % textsMax
    }

    /// 2⁶⁴ divided by the golden ratio: it spreads what is alike.
    private static let factor: UInt64 = 0x9E37_79B9_7F4A_7C15

    /// The fields that a request for a target is likely to have; none where there was no such request.
    func usualFields(of target: String) -> HTTPFields {
        requests[target.utf8.count % Self.requestsMax]
    }

    /// Keeps the fields of a request as the likely ones of the next.
    /// - Parameter byteCount: of the head that they are from.
    func keep(_ fields: HTTPFields, of target: String, byteCount: Int) {
        if byteCount > Self.headBytesMax { return }
        requests[target.utf8.count % Self.requestsMax] = fields
    }
}

extension HTTPFields {
    /// Whether this field is at a place.
    func has(_ name: borrowing RawSpan, _ value: borrowing RawSpan, at place: Int) -> Bool {
        place < all.count && all[place].name.isWritten(name) && all[place].value.isWritten(value)
    }
}

extension String {
    /// Whether it has these bytes.
    func isWritten(_ bytes: borrowing RawSpan) -> Bool {
        if utf8.count != bytes.byteCount { return false }
        // Safe: the pointers do not leave the closures.
        return unsafe bytes.withUnsafeBytes { bytes in
            unsafe utf8.withContiguousStorageIfAvailable { text in
                unsafe RawSpan(_unsafeElements: text).isEqual(to: RawSpan(_unsafeBytes: bytes))
            } ?? false
        }
    }
}
