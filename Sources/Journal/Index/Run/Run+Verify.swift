internal import DaybookBytes
internal import DaybookPlatform

extension Run {
    /// Bytes read in one go.
    private static let stepBytes = 1 << 20

    /// Reads every piece, one behind the other, and compares its checksum. Blocks.
    func verify() throws(RunFailure) {
        let end = byteCount - RunFormat.footerBytes
        var at = 0
        while at < end {
            let bytes: SharedBytes
            do throws(Errno) { bytes = try file.read(min(Self.stepBytes, end - at), at: at) } catch
            {
                throw .reading(file.path, offset: at, error)
            }
            let whole = wholePieces(bytes.bytes, at: at)
            if whole > 0 {
                at += whole
                continue
            }
            // A long one, or none.
            let length = bytes.count < RunFormat.pieceHeaderBytes ? 0 : bytes.bytes.u32(at: 4)
            _ = try pieces.read(at, Int(length), .mayBlock)
            at += Int(length)
        }
    }

    /// How many bytes from the front are checked pieces, one behind the other.
    private func wholePieces(_ bytes: borrowing RawSpan, at start: Int) -> Int {
        var at = 0
        while at + RunFormat.pieceHeaderBytes <= bytes.byteCount {
            let length = Int(bytes.u32(at: at + 4))
            guard length >= RunFormat.pieceHeaderBytes, at + length <= bytes.byteCount else {
                break
            }
            let piece = bytes.extracting(at..<at + length)
            let checksum = RunFormat.checksum(
                of: piece, run: footer.randomID, offset: start + at)
            if checksum != bytes.u32(at: at) { break }
            at += length
        }
        return at
    }
}
