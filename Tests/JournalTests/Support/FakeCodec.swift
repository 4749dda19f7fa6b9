import DaybookBytes

@testable import DaybookJournal

/// Runs of one byte become two bytes, the rest costs one byte in 127; the dictionary decides what bytes look like.
struct FakeCodec: RecordCodec {
    func dictionary(of samples: borrowing RawSpan, sizes: [Int], bytesMax: Int) -> [UInt8] {
        Array(samples.copied().prefix(min(bytesMax, 40)))
    }
    func encoder(_ dictionary: [UInt8]) -> any RecordEncoder { Coder(dictionary) }
    func decoder(_ dictionary: [UInt8]) -> (any RecordDecoder)? { Coder(dictionary) }

    private struct Coder: RecordEncoder, RecordDecoder {
        let mask: UInt8

        init(_ dictionary: [UInt8]) {
            mask = UInt8(truncatingIfNeeded: CRC32C.checksum(of: dictionary.rawSpan))
        }

        func encode(_ body: borrowing RawSpan, into room: UnsafeMutableRawBufferPointer) -> Int? {
            let bytes = body.copied()
            var out: [UInt8] = []
            var at = 0
            while at < bytes.count {
                let byte = bytes[at]
                let run = bytes[at...].prefix(127).prefix { $0 == byte }.count
                if run > 2 {
                    out += [128 + UInt8(run), byte ^ mask]
                    at += run
                    continue
                }
                let start = at
                while at < bytes.count, at - start < 127,
                    at + 2 >= bytes.count || bytes[at] != bytes[at + 1]
                        || bytes[at] != bytes[at + 2]
                {
                    at += 1
                }
                out.append(UInt8(at - start))
                out += bytes[start..<at].map { $0 ^ mask }
            }
            if out.count > room.count { return nil }
            room.copyBytes(from: out)
            return out.count
        }

        func decode(_ body: borrowing RawSpan, into room: UnsafeMutableRawBufferPointer) -> Bool {
            let bytes = body.copied()
            var out: [UInt8] = []
            var at = 0
            while at < bytes.count {
                let count = Int(bytes[at] & 127)
                let isRun = bytes[at] > 127
                let end = at + 1 + (isRun ? 1 : count)
                if end > bytes.count || out.count + count > room.count { return false }
                let part = bytes[at + 1..<end].map { $0 ^ mask }
                out += isRun ? Array(repeating: part[0], count: count) : part
                at = end
            }
            room.copyBytes(from: out)
            return out.count == room.count
        }
    }
}
