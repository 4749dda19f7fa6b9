internal import Daybook
internal import DaybookBytes
internal import DaybookJSON

// The values of fields, checked as the store will: here the line and the column are known.
extension ImportLine {
    /// Text that names something.
    func name(
        _ value: JSONSlice, _ bytesMax: Int = Limits.nameBytesMax, in line: RawSpan
    ) throws -> String {
        let offset = value.range.lowerBound
        let name = try value.string(in: line)
        guard !name.isEmpty else {
            throw LineError(at: offset, "it is empty", remedy: "Give it at least one character.")
        }
        guard name.utf8.count <= bytesMax else {
            throw LineError(
                at: offset, "it has \(name.utf8.count) bytes, and at most \(bytesMax) are possible",
                remedy: "Shorten it, and keep the rest in `data`.")
        }
        // Only an escape can bring one in, but for delete.
        if name.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
            throw LineError(
                at: offset, "it has a control character in it", remedy: "Take the character out.")
        }
        return name
    }

    func tags(_ value: JSONSlice, in line: RawSpan) throws -> Set<String> {
        var tags: Set<String> = []
        var elements = try JSONScanner(elementsOf: value, in: line)
        while let element = try elements.nextElement() {
            tags.insert(try name(element, in: line))
        }
        guard tags.count <= Limits.eventTagsMax else {
            throw LineError(
                at: value.range.lowerBound,
                "there are \(tags.count) tags, and at most \(Limits.eventTagsMax) are possible",
                remedy: "Keep those that events are looked for by.")
        }
        return tags
    }

    func time(_ value: JSONSlice, in line: RawSpan) throws -> Timestamp {
        guard let time = Timestamp(try value.string(in: line)) else {
            throw LineError(
                at: value.range.lowerBound, "this is no time",
                remedy: "Write it as in RFC 3339: 2011-12-09T12:50:00Z.")
        }
        return time
    }

    func bytes(_ value: JSONSlice, in line: RawSpan) throws -> [UInt8] {
        guard let bytes = Base64.decode(try value.string(in: line)) else {
            throw LineError(
                at: value.range.lowerBound, "this is no Base64",
                remedy: "Use the standard alphabet with padding (RFC 4648).")
        }
        return bytes
    }
}
