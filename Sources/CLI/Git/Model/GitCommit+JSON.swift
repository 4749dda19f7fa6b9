internal import Daybook
internal import DaybookBytes
internal import DaybookJSON

extension GitCommit {
    /// The committer's time; nil where git has none, or none that a calendar of four-digit years
    /// can show.
    var occurredAt: Timestamp? { committer.time }

    /// The first paragraph of the message on one line, as git shows it.
    var subject: [UInt8] {
        let lines = message.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let first = lines.drop { $0.isBlank }.prefix { !$0.isBlank }
        return Array(first.joined(separator: [UInt8(ascii: " ")]))
    }
}

extension GitCommit.Person {
    /// Seconds since 1970, nil where git has none in the years 0 to 9999.
    var time: Timestamp? {
        let digits = date.prefix { $0 != UInt8(ascii: " ") }
        guard let seconds = Int64(String(decoding: digits, as: UTF8.self)),
            (-62_167_219_200..<253_402_300_800).contains(seconds)
        else { return nil }
        return Timestamp(microseconds: seconds * 1_000_000)
    }

    /// The offset from UTC as git writes it, `-0700`; empty where it has none.
    var zone: String {
        let parts = date.split(separator: UInt8(ascii: " "))
        return parts.count == 2 ? GitText.escaped(parts[1]) : ""
    }
}

extension JSONWriter {
    /// A field whose value is text.
    mutating func field(_ key: String, _ text: String) {
        self.key(key)
        string(text)
    }

    /// The fields that mark a part.
    mutating func field(_ part: GitPart) {
        key("part")
        integer(part.part)
        key("parts")
        integer(part.parts)
    }

    /// The data of a `commit` event.
    mutating func write(_ commit: GitCommit, _ part: GitPart?) {
        var escaped: [String] = []
        beginObject()
        field("hash", commit.hash.description)
        key("parents")
        beginArray()
        for parent in commit.parents { string(parent.description) }
        endArray()
        field("tree", commit.tree.description)
        field("format", commit.hash.format.rawValue)
        write("author", commit.author, &escaped)
        write("committer", commit.committer, &escaped)
        let message = commit.message.cut(to: GitEventWriter.messageBytesMax)
        field("subject", commit.subject.cut(to: 1 << 10), "subject", &escaped)
        field("message", message, "message", &escaped)
        if message.count < commit.message.count {
            key("messageBytes")
            integer(commit.message.count)
        }
        key("changes")
        integer(commit.changes.count)
        if let part { field(part) }
        if commit.isBoundary {
            key("shallow")
            bool(true)
        }
        if !escaped.isEmpty {
            key("escaped")
            beginArray()
            for name in escaped { string(name) }
            endArray()
        }
        endObject()
    }

    private mutating func write(
        _ key: String, _ person: GitCommit.Person, _ escaped: inout [String]
    ) {
        self.key(key)
        beginObject()
        field("name", person.name, key + ".name", &escaped)
        field("email", person.email, key + ".email", &escaped)
        self.key("time")
        if let time = person.time {
            string(time.description)
        } else {
            null()
            field("date", person.date, key + ".date", &escaped)
        }
        field("zone", person.zone)
        endObject()
    }

    private mutating func field(
        _ key: String, _ bytes: [UInt8], _ name: String, _ escaped: inout [String]
    ) {
        let (text, isEscaped) = GitText.readable(bytes)
        if isEscaped { escaped.append(name) }
        field(key, text)
    }
}

extension [UInt8] {
    /// The first `bytesMax` bytes at most, not ending inside a character.
    fileprivate func cut(to bytesMax: Int) -> [UInt8] {
        guard count > bytesMax else { return self }
        var end = bytesMax
        while end > bytesMax - 3, self[end] & 0xC0 == 0x80 { end -= 1 }
        return Array(self[..<end])
    }
}

extension ArraySlice<UInt8> {
    fileprivate var isBlank: Bool {
        allSatisfy { $0 == UInt8(ascii: " ") || (9...13).contains($0) }
    }
}
