internal import DaybookBytes

/// Whole texts, packed and unpacked.
package enum Gzip {
    package static func encoded(_ bytes: [UInt8]) -> [UInt8] {
        GzipEncoder().encode(bytes.rawSpan, isLast: true)
    }

    /// - Returns: nil where that is more than so many bytes.
    /// - Throws: `GzipError` where the bytes are none that were packed, or end too early.
    package static func decoded(
        _ bytes: [UInt8], bytesMax: Int
    ) throws(GzipError) -> [UInt8]? {
        let decoder = GzipDecoder()
        var output = ByteWriter(capacity: min(bytes.count * 4, bytesMax))
        var at = 0
        while true {
            var taken = 0
            var failure: GzipError?
            var made = 0
            let rest = bytes.rawSpan.extracting(at..<bytes.count)
            _ = unsafe output.append(atMost: 64 << 10) { room in
                do throws(GzipError) {
                    (taken, made) = try unsafe decoder.decode(rest, into: room)
                } catch {
                    failure = error
                }
                return made
            }
            if let failure { throw failure }
            at += taken
            if output.count > bytesMax { return nil }
            if at == bytes.count && made == 0 { break }
            if taken == 0 && made == 0 { throw GzipError(why: "the gzip data does not go on") }
        }
        if decoder.isInside || bytes.isEmpty {
            throw GzipError(why: "the gzip data ends in the middle: it was cut off")
        }
        return output.bytes.copied()
    }
}

/// Why packed bytes cannot be unpacked.
package struct GzipError: Error, Equatable {
    package let why: String
}
