import Daybook
import DaybookJSON
import DaybookPlatform
import DaybookStore
import Foundation
import Synchronization
import Testing

/// A reader that follows a store in a process of its own, through the death of every writer.
final class Witness: Sendable {
    /// What it was shown of an event.
    struct Seen: Sendable, Equatable {
        let position: Position
        let id: String
        /// The number in its data.
        let number: Int?
    }

    fileprivate struct State {
        var seen: [Seen] = []
        var rest: [UInt8] = []
        var misfits: [String] = []
        /// Its output has ended.
        var hasStopped = false
        /// Its number may be another process's by now.
        var hasEnded = false
    }

    private let process: Subprocess
    private let state: Box
    private let thread: DaybookPlatform.Thread

    private final class Box: Sendable {
        let state = Mutex(State())
    }

    /// Starts `daybook tail` from the first event on.
    init(of binary: Binary) throws {
        let process = try binary.start("tail", "--all", "--from", "1", "--json")
        let box = Box()
        thread = try DaybookPlatform.Thread(name: "witness") {
            while let bytes = try? process.read(), !bytes.isEmpty {
                box.state.withLock { $0.take(bytes) }
            }
            box.state.withLock { $0.hasStopped = true }
        }
        self.process = process
        state = box
    }

    deinit { if !state.state.withLock({ $0.hasEnded }) { process.killNow() } }

    var seen: [Seen] { state.state.withLock { $0.seen } }
    var count: Int { state.state.withLock { $0.seen.count } }
    var isAlive: Bool { !state.state.withLock { $0.hasStopped } }

    /// Waits until it has seen so many, or none comes any more: it ended itself, or its writer did.
    func waits(for count: Int, from writer: Subprocess? = nil) async throws {
        let isThere = try await eventually {
            self.count >= count || !isAlive || writer?.isOver == true
        }
        #expect(isThere, "the follower saw \(self.count) of \(count)")
        #expect(isAlive, "the follower ended: \(process.complaints())")
    }

    /// Ends it as a power cut does, and gives what it was shown: every position once and in order.
    func stop() async throws -> [Seen] {
        process.killNow()
        let thread = thread
        try await Binary.blocking { thread.join() }
        _ = try await process.ended()
        state.state.withLock { $0.hasEnded = true }
        #expect(state.state.withLock { $0.misfits.prefix(3) } == [])
        return seen
    }

    /// Checks that it saw every position once and in order; ends it as Ctrl-C does.
    func end(at head: Position) async throws {
        try await waits(for: Int(head))
        process.interrupt()
        let thread = thread
        try await Binary.blocking { thread.join() }
        let status = try await process.ended()
        state.state.withLock { $0.hasEnded = true }
        #expect(status == .exited(0), "\(process.complaints())")
        #expect(state.state.withLock { $0.misfits.prefix(3) } == [])
        #expect(count == Int(head))
    }
}

extension Witness.State {
    mutating func take(_ bytes: [UInt8]) {
        rest += bytes
        var lines = rest.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        rest = Array(lines.removeLast())
        for line in lines {
            let text = String(decoding: line, as: UTF8.self)
            guard let value = try? JSONValue(parsing: text),
                let position = value["position"]?.asInt64, let id = value["id"]?.asString
            else {
                misfits.append(text)
                continue
            }
            if position != seen.count + 1 { misfits.append("\(position) after \(seen.count)") }
            let number = value["data"]?["number"]?.asInt64.map(Int.init)
            seen.append(Witness.Seen(position: Position(position), id: id, number: number))
        }
    }
}

/// What a store holds, read in this process, and checked by the command.
struct Audit {
    var numbers: [Int] = []
    var ids: [String] = []
    var head: Position { Position(ids.count) }

    /// Reads everything; `daybook verify` has to find nothing wrong.
    /// - Parameter lacksStore: whether it is well that there is no store at all.
    static func read(_ binary: Binary, lacksStore: Bool = false) async throws -> Audit {
        let verified = try await binary.run("verify", "--json")
        if lacksStore && verified.status == .exited(5) { return Audit() }
        #expect(verified.status == .exited(0), "verify: \(verified.errors)")
        let report = try parsed(verified.output)
        #expect(report["findings"]?.asArray?.count == 0, "\(verified.output)")
        let store = try await EmbeddedStore.open(at: binary.store, .readOnly)
        var audit = Audit()
        let cursor = try store.cursor(Read())
        while let batch = try await cursor.next() {
            for index in batch.indices {
                let event = batch.view(at: index)
                #expect(event.position == Position(audit.ids.count + 1))
                audit.ids.append(event.id.description)
                audit.numbers.append(number(of: event))
            }
        }
        #expect(try await store.head().position == audit.head)
        try await store.close()
        #expect(Set(audit.ids).count == audit.ids.count, "an id stands twice")
        return audit
    }

    private static func number(of event: borrowing EventView) -> Int {
        let data = event.dataBytes
        guard var fields = try? JSONScanner(fieldsOf: data) else { return -1 }
        while let field = try? fields.nextField() {
            if field.isNamed("number", in: data) {
                return (try? field.value.int64(in: data)).map(Int.init) ?? -1
            }
        }
        return -1
    }

    /// Nothing that was seen is gone or another.
    ///
    /// Without a writer a reader reads up to the last mark of the one that was killed. What was shown beside that
    /// writer may stand behind it, until the next one: it is checked then, and at the end.
    func check(_ seen: [Witness.Seen]) {
        let lost = seen.first { $0.position <= head && ids[Int($0.position) - 1] != $0.id }
        #expect(lost == nil, "was shown, and is another")
    }
}
