import Daybook
import Testing

@testable import DaybookCLI

@Suite struct `Dividing a commit into appends` {
    private func commit(_ paths: [[UInt8]], message: Int = 10) -> GitCommit {
        let id = GitObjectID("0123456789abcdef0123456789abcdef01234567")!
        let person = GitCommit.Person(
            name: Array("An\u{1}n\"".utf8), email: [0xFF, 0xFE], date: Array("7 +0100".utf8))
        var commit = GitCommit(
            hash: id, tree: id, parents: [id, id], author: person, committer: person,
            message: [UInt8](repeating: 1, count: message))
        let entry = GitChange.Entry(mode: .file, object: id)
        commit.changes = paths.enumerated().map { index, path in
            GitChange(
                path: path, old: index % 3 == 0 ? nil : entry, new: index % 3 == 1 ? nil : entry)
        }
        return commit
    }

    @Test(arguments: [2, 3, 7, 100, 65_536])
    func `No part has more events than may be, and all changes are there once`(_ most: Int) {
        let commit = commit((0..<100).map { Array("f\($0)".utf8) })
        let parts = GitPlan.parts(of: commit, stream: "s", limits: GitAppendLimits(eventsMax: most))
        #expect(parts.flatMap { Array($0.changes) } == Array(0..<100))
        #expect(parts.map(\.part) == Array(1...parts.count))
        for part in parts {
            #expect(part.parts == parts.count && part.changes.count + 1 <= most)
        }
        #expect(parts.count == (100 + most - 2) / (most - 1))
    }

    @Test func `An empty commit is one part`() {
        let parts = GitPlan.parts(
            of: commit([]), stream: "s", limits: GitAppendLimits(eventsMax: 2))
        #expect(parts == [GitPart(part: 1, parts: 1, changes: 0..<0)])
    }

    @Test func `What is left of a commit is numbered on`() {
        let commit = commit((0..<10).map { Array("f\($0)".utf8) })
        let parts = GitPlan.parts(
            of: commit, stream: "s", limits: GitAppendLimits(eventsMax: 5), part: 3, done: 6)
        #expect(parts == [GitPart(part: 3, parts: 3, changes: 6..<10)])
    }

    @Test(arguments: [3000, 20_000, 100_000])
    func `The events of a part never take more bytes than may be`(_ most: Int) {
        let paths: [[UInt8]] = (0..<300).map { index in
            switch index % 4 {
            case 0: Array(repeating: 0xFF, count: 1 + index % 150)
            case 1: Array("\\\"\u{1}".utf8) + Array(repeating: 0x5C, count: index)
            case 2: Array(repeating: UInt8(ascii: "p"), count: 1 + index * 5)
            default: Array("plain\(index)".utf8)
            }
        }
        let commit = commit(paths)
        let parts = GitPlan.parts(
            of: commit, stream: "stream", limits: GitAppendLimits(bytesMax: most))
        var writer = GitEventWriter(stream: "stream")
        #expect(parts.count > 1)
        for part in parts {
            let events = writer.events(of: commit, part)
            let bytes = events.reduce(0) { $0 + EventRecord.size(of: $1, stream: "stream") }
            #expect(bytes <= most || part.changes.count == 1)
        }
    }

    @Test func `A message over its limit is cut, and the event says so`() throws {
        let commit = commit([], message: GitEventWriter.messageBytesMax + 5)
        var writer = GitEventWriter(stream: "s")
        let event = writer.events(of: commit, GitPart(part: 1, parts: 1, changes: 0..<0))[0]
        let text = String(decoding: event.data, as: UTF8.self)
        #expect(text.contains("\"messageBytes\":\(GitEventWriter.messageBytesMax + 5)"))
        #expect(EventRecord.size(of: event, stream: "s") < Limits.eventBytesMax)
    }

    @Test func `Marks are read as they were written, and nothing else is`() throws {
        let id = try #require(GitObjectID(String(repeating: "ab", count: 32)))
        let mark = GitMark(
            commit: id, part: GitPart(part: 2, parts: 3, changes: 5..<9), commitsInAll: .max,
            changesInAll: .max, first: 77)
        #expect(mark.isInsideCommit && mark.changes == 9)
        #expect(
            mark.token.count <= Limits.trackingBytesMax
                && mark.note.count <= Limits.trackingBytesMax)
        #expect(GitMark(TrackingToken(token: mark.token, note: mark.note)) == mark)
        for wrong in [
            "", "x 1/1 0", "\(id)", "\(id) 1/1", "\(id) 2/1 0", "\(id) 0/1 0", "\(id) 1/1 -1",
        ] {
            #expect(GitMark(TrackingToken(token: Array(wrong.utf8), note: [])) == nil)
        }
    }

    @Test func `Times beyond the calendar are kept as git has them`() throws {
        for (date, shown) in [
            ("253402300800 +0000", #""time":null,"date":"253402300800 +0000","zone":"+0000""#),
            ("", #""time":null,"date":"","zone":"""#),
            ("-1 +0000", #""time":"1969-12-31T23:59:59Z","zone":"+0000""#),
            (
                "99999999999999999999 -1",
                #""time":null,"date":"99999999999999999999 -1","zone":"-1""#
            ),
        ] {
            var commit = commit([])
            commit.author.date = Array(date.utf8)
            var writer = GitEventWriter(stream: "s")
            let event = writer.events(of: commit, GitPart(part: 1, parts: 1, changes: 0..<0))[0]
            #expect(String(decoding: event.data, as: UTF8.self).contains(shown))
        }
    }
}
