import Daybook
import DaybookBytes
import Foundation

@testable import DaybookCLI

/// Compares what is recorded with the lines it came from, byte for byte.
///
///     {"n":1,"stream":"account-576","v":0,"type":"opened","time":"…","tags":["…"],"data":{…}}
struct LineMirror: ~Copyable {
    private var lines: LineReader
    private var lastTime: Timestamp?
    private var lastTimeText: [UInt8] = []
    private let before: Position

    /// - Parameter before: the position that the lines were imported behind.
    init(_ set: RealSet, after before: Position) throws {
        lines = try set.lines(of: "events.jsonl.zst")
        self.before = before
    }

    /// Whether the next line says what the event says, its place and its revision included.
    mutating func matches(_ event: borrowing EventView, _ names: EventNames) throws -> Bool {
        guard try lines.advance() == .line else { return false }
        if event.occurredAt != lastTime {
            lastTime = event.occurredAt
            lastTimeText = Array((lastTime?.description ?? "").utf8)
        }
        var line = LinePieces(lines.line)
        guard line.take(#"{"n":"#), line.take(event.position - before), line.take(#","stream":""#),
            line.take(event.streamBytes), line.take(#"","v":"#), line.take(event.revision),
            line.take(#","type":""#), line.take(event.typeBytes), line.take(#"","time":""#),
            line.take(lastTimeText.rawSpan), line.take("\",")
        else { return false }
        if !names.tags.isEmpty {
            guard line.take(#""tags":["#) else { return false }
            // The line has them in the order of its writer, the store by their bytes.
            var left = Set(names.tags)
            while !left.isEmpty {
                guard line.take("\""), let tag = line.takeText(), left.remove(tag) != nil,
                    line.take(left.isEmpty ? "\"]," : "\",")
                else { return false }
            }
        }
        return line.take(#""data":"#) && line.take(event.dataBytes) && line.take("}")
            && line.isAtEnd
    }

    /// Whether all lines were taken, and the digest of them all.
    mutating func finish() throws -> (isAtEnd: Bool, digest: String) {
        let isAtEnd = try lines.advance() == .end
        return (isAtEnd, lines.token().text.split(separator: " ").last.map(String.init) ?? "")
    }
}

/// Takes expected pieces off the front of a line.
private struct LinePieces: ~Escapable {
    private let line: RawSpan
    private var at = 0

    @_lifetime(copy line)
    init(_ line: RawSpan) { self.line = line }

    var isAtEnd: Bool { at == line.byteCount }

    mutating func take(_ text: StaticString) -> Bool {
        text.withUTF8Buffer { take(UnsafeRawBufferPointer($0)) }
    }

    mutating func take(_ bytes: borrowing RawSpan) -> Bool {
        bytes.withUnsafeBytes { take($0) }
    }

    mutating func take(_ number: UInt64) -> Bool { take(Array(String(number).utf8).rawSpan) }

    /// What stands before the next quote.
    mutating func takeText() -> String? {
        let rest = line.extracting(at..<line.byteCount)
        guard let end = rest.firstIndex(of: UInt8(ascii: "\"")) else { return nil }
        at += end
        return rest.extracting(0..<end).text()
    }

    private mutating func take(_ expected: UnsafeRawBufferPointer) -> Bool {
        guard line.byteCount - at >= expected.count else { return false }
        let start = at
        at += expected.count
        // Safe: both have so many bytes.
        return expected.isEmpty
            || line.withUnsafeBytes {
                memcmp($0.baseAddress! + start, expected.baseAddress!, expected.count) == 0
            }
    }
}
