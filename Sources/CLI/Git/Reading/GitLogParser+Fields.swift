internal import DaybookBytes

// The fields of git's output, each checked to the last byte.
extension GitLogParser {
    /// The hash of an object.
    func object(_ token: RawSpan) throws(GitError) -> GitObjectID {
        guard let id = GitObjectID(hex: token), id.format == format else {
            throw malformed("no \(format.rawValue) hash", token)
        }
        return id
    }

    /// Hashes with a space between them, or nothing.
    func objects(_ token: RawSpan) throws(GitError) -> [GitObjectID] {
        var objects: [GitObjectID] = []
        var start = 0
        while start < token.byteCount {
            let end = min(start + format.bytes * 2, token.byteCount)
            objects.append(try object(token.extracting(start..<end)))
            guard end < token.byteCount else { break }
            guard token.u8(at: end) == UInt8(ascii: " "), end + 1 < token.byteCount else {
                throw malformed("no list of hashes", token)
            }
            start = end + 1
        }
        return objects
    }

    /// `:<old mode> <new mode> <old id> <new id> <status>`
    func entries(
        _ line: RawSpan
    ) throws(GitError) -> (old: GitChange.Entry?, new: GitChange.Entry?) {
        let digits = format.bytes * 2
        guard line.byteCount == 1 + 6 + 1 + 6 + 1 + digits + 1 + digits + 1 + 1,
            line.u8(at: 7) == UInt8(ascii: " "), line.u8(at: 14) == UInt8(ascii: " "),
            line.u8(at: 15 + digits) == UInt8(ascii: " "),
            line.u8(at: 16 + 2 * digits) == UInt8(ascii: " ")
        else { throw malformed("no change", line) }
        let old = try entry(line.extracting(1..<7), line.extracting(15..<15 + digits), line)
        let newID = line.extracting(16 + digits..<16 + 2 * digits)
        let new = try entry(line.extracting(8..<14), newID, line)
        let isRight =
            switch line.u8(at: line.byteCount - 1) {
            case UInt8(ascii: "A"): old == nil && new != nil
            case UInt8(ascii: "D"): old != nil && new == nil
            case UInt8(ascii: "M"), UInt8(ascii: "T"): old != nil && new != nil
            default: false
            }
        guard isRight else { throw malformed("a change of an unknown kind", line) }
        return (old, new)
    }

    private func entry(
        _ mode: RawSpan, _ id: RawSpan, _ line: RawSpan
    ) throws(GitError) -> GitChange.Entry? {
        guard let mode = GitMode(octal: mode) else { throw malformed("no mode", line) }
        let object = try object(id)
        guard (mode.rawValue == 0) == object.isZero else {
            throw malformed("a mode without an object, or an object without a mode", line)
        }
        return mode.rawValue == 0 ? nil : GitChange.Entry(mode: mode, object: object)
    }

    func malformed(_ what: String, _ token: RawSpan) -> GitError {
        let shown = GitText.escaped(token.copied().prefix(200))
        return GitError(
            .malformed, "The output of git cannot be read", why: "\(what): \"\(shown)\"",
            remedy: "This is a fault of this program or of that git (2.39 is known to work)")
    }
}
