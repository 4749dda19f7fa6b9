internal import Daybook
internal import DaybookBytes
internal import DaybookJSON

// The values of fields, checked as the store will: here the line and the column are known.
extension ProposedLine {
    func streamName(_ value: JSONSlice, in line: RawSpan) throws -> String {
        let name = try value.string(in: line)
        do {
            if isExact {
                try StreamName.validate(name)
            } else {
                try StreamName.validateWritten(name)
            }
        } catch {
            throw LineError(error, at: value.range.lowerBound)
        }
        return name
    }

    func name(_ value: JSONSlice, _ kind: NameKind, in line: RawSpan) throws -> String {
        let name = try value.string(in: line)
        do {
            try kind.validate(name)
        } catch {
            throw LineError(error, at: value.range.lowerBound)
        }
        return name
    }

    /// What caused an event, or what it belongs to; may be empty.
    func reference(_ value: JSONSlice, _ kind: NameKind, in line: RawSpan) throws -> String {
        let text = try value.string(in: line)
        if text.isEmpty { return text }
        do {
            try kind.validate(text, limit: Limits.correlationBytesMax)
        } catch {
            throw LineError(error, at: value.range.lowerBound)
        }
        return text
    }

    func tags(_ value: JSONSlice, in line: RawSpan) throws -> Set<String> {
        // Room for a few at once: growing hashes all of them again.
        var tags = Set<String>(minimumCapacity: 3)
        var elements = try JSONScanner(elementsOf: value, in: line)
        while let element = try elements.nextElement() {
            tags.insert(try name(element, .tag, in: line))
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
