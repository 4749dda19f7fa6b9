import Daybook
import DaybookBytes
import DaybookGRPC
import DaybookHTTP
import DaybookProtobuf
import DaybookProtocol
import Testing

@testable import DaybookClient

/// Where reads and subscriptions go on, and what may be sent again: values without a connection.
@Suite struct ProgressTests {
    private let server: ServerAddress

    init() throws { server = try ServerAddress("daybook://127.0.0.1") }

    /// Events at these positions, which are their revisions, too.
    static func batch(_ positions: Position...) -> EventBatch {
        batch(positions)
    }

    static func batch(_ positions: [Position]) -> EventBatch {
        var writer = ProtobufWriter()
        for position in positions {
            let event = Event(id: EventID(high: 0, low: position), type: "t", data: "{}")
            writer.message(1) { writer in
                writer.uint64(1, position)
                writer.uint64(2, position)
                writer.string(4, "s-1")
                writer.message(5) { event.encode(into: &$0) }
            }
        }
        let sent = try? V1.SentBatch(writer.array.rawSpan)
        return sent!.events!
    }

    private func positions(_ batch: EventBatch?) -> [Position]? { batch?.events.map(\.position) }

    @Test func `A read goes on behind the last event it gave, and ends where it would have ended`()
        throws
    {
        var progress = ReadProgress(Read(.all, limit: 7))
        progress.began(history: "h", head: 5)
        #expect(positions(try progress.take(Self.batch(1, 2), from: server)) == [1, 2])
        #expect(progress.rest.start == .position(3) && progress.rest.limit == 5)
        #expect(progress.history == "h")
        // Over another connection more is there by now.
        progress.began(history: "h", head: 9)
        #expect(positions(try progress.take(Self.batch(3, 5, 6), from: server)) == [3, 5])
        #expect(progress.isOver)
    }

    @Test func `As long as nothing was given, a read that is sent again begins anew`() throws {
        var progress = ReadProgress(Read(.all, .backwards))
        progress.began(history: "a", head: 5)
        #expect(progress.history == "" && progress.rest == Read(.all, .backwards))
        progress.began(history: "b", head: 9)
        #expect(positions(try progress.take(Self.batch(9, 8), from: server)) == [9, 8])
        #expect(progress.history == "b" && progress.rest.start == .position(7))
        #expect(positions(try progress.take(Self.batch(1), from: server)) == [1])
        #expect(progress.isOver, "nothing stands before the first position")
    }

    @Test func `A read of one stream goes on by revisions, and to its limit`() throws {
        var progress = ReadProgress(Read(.stream("s-1"), .backwards, limit: 3))
        progress.began(history: "h", head: 8)
        _ = try progress.take(Self.batch(8, 7), from: server)
        #expect(progress.rest.start == .revision(6) && progress.rest.limit == 1)
        _ = try progress.take(Self.batch(2), from: server)
        #expect(progress.isOver)
        var forwards = ReadProgress(Read(.stream("s-1")))
        forwards.began(history: "h", head: 8)
        _ = try forwards.take(Self.batch(3), from: server)
        #expect(forwards.rest.start == .revision(4) && !forwards.isOver)
    }

    @Test func `An answer to a read that cannot be is told so`() throws {
        func refused(_ body: (inout ReadProgress) throws -> Void) -> StoreError? {
            var progress = ReadProgress(Read(.all, limit: 3))
            return #expect(throws: StoreError.self) { try body(&progress) }
        }
        let server = server
        let cases: [(StoreError?, String)] = [
            (
                refused { _ = try $0.take(Self.batch(1), from: server) },
                "does not begin with its head"
            ),
            (
                refused {
                    $0.began(history: "h", head: 9)
                    _ = try $0.take(Self.batch(2, 2), from: server)
                }, "not in order"
            ),
            (
                refused {
                    $0.began(history: "h", head: 9)
                    _ = try $0.take(Self.batch(2), from: server)
                    _ = try $0.take(Self.batch(1), from: server)
                }, "not in order"
            ),
            (
                refused {
                    $0.began(history: "h", head: 9)
                    _ = try $0.take(Self.batch(1, 2, 3, 4), from: server)
                }, "more than it was asked for"
            ),
            (
                refused {
                    $0.began(history: "h", head: 9)
                    _ = try $0.take(Self.batch(1), from: server)
                    $0.began(history: "i", head: 9)
                    _ = try $0.take(Self.batch(2), from: server)
                }, "another history"
            ),
        ]
        for (error, why) in cases {
            #expect(error?.code == .notUnderstood && error?.why.contains(why) == true, "\(why)")
        }
    }

    @Test func `A subscription goes on behind what it has given or looked at`() throws {
        var progress = SubscriptionProgress(Subscription(.category("s"), from: .now))
        #expect(progress.rest.start == .now && progress.history == "")
        try progress.began(behind: 4, history: "h", from: server)
        #expect(progress.rest.start == .after(4) && progress.history == "h")
        try progress.take(.events(Self.batch(6, 8)), from: server)
        try progress.take(.caughtUp, from: server)
        #expect(progress.rest.start == .after(8))
        try progress.take(.progress(10), from: server)
        #expect(progress.rest.start == .after(10) && progress.rest.selection == .category("s"))
        try progress.began(behind: 10, history: "h", from: server)
        #expect(throws: StoreError.self) {
            try progress.take(.events(Self.batch(10)), from: server)
        }
        #expect(throws: StoreError.self) { try progress.take(.progress(9), from: server) }
        #expect(throws: StoreError.self) {
            try progress.began(behind: 0, history: "h", from: server)
        }
        #expect(throws: StoreError.self) {
            try progress.began(behind: 10, history: "i", from: server)
        }
    }

    @Test func `What the server recognises may be sent again`() {
        func rule(_ append: Append) -> RepeatRule { RepeatRule(append) }
        let event = Event(type: "t")
        #expect(rule(Append([event], to: "s", expecting: .none)) == .always)
        #expect(rule(Append([event], to: "s", expecting: .revision(3))) == .always)
        #expect(rule(Append([event], to: "s", expecting: .softDeleted)) == .always)
        #expect(rule(Append([event], to: "s")) == .withinWindow)
        #expect(rule(Append([event], to: "s", expecting: .exists)) == .withinWindow)
        var two = Append([event], to: "s", expecting: .none)
        two.add([event], to: "r")
        #expect(rule(two) == .withinWindow)
        two.queryCondition = QueryCondition(failIfEventsMatch: .all, after: 7)
        #expect(rule(two) == .always)
        var marked = Append()
        marked.tracking = TrackingMark(consumer: "c", from: nil, to: [1])
        #expect(rule(marked) == .never)
        let most = RepeatRule.positionsMax
        #expect(RepeatRule.withinWindow.allows(from: 10, to: 10 + most))
        #expect(!RepeatRule.withinWindow.allows(from: 10, to: 11 + most))
        #expect(!RepeatRule.withinWindow.allows(from: 10, to: 9), "not a history that goes on")
        #expect(RepeatRule.always.allows(from: 0, to: .max))
        #expect(!RepeatRule.never.allows(from: 0, to: 0))
    }

    @Test func `What goes wrong on the way is told from what the server says`() {
        func trouble(_ failure: GRPCFailure) -> CallTrouble { CallTrouble(failure, of: server) }
        func said(_ error: StoreError) -> CallTrouble { trouble(.status(V1.status(error))) }
        func isAway(_ trouble: CallTrouble, isUnbegun: Bool) -> Bool {
            if case .away(_, isUnbegun) = trouble { true } else { false }
        }
        func final(_ trouble: CallTrouble) -> StoreError.Code? {
            if case .final(let error) = trouble { error.code } else { nil }
        }
        let unavailable = GRPCFailure.status(GRPCStatus(.unavailable, "drained"))
        #expect(isAway(trouble(unavailable), isUnbegun: false))
        #expect(isAway(said(.closed()), isUnbegun: true))
        #expect(final(said(.readOnly())) == .readOnly)
        #expect(final(trouble(.status(GRPCStatus(.unimplemented, "no")))) == .notUnderstood)
        #expect(final(trouble(.status(GRPCStatus(.permissionDenied, "no")))) == .refused)
        #expect(final(trouble(.misfit(.certificate("self-signed")))) == .untrusted)
        #expect(final(trouble(.misfit(.version))) == .notUnderstood)
        #expect(final(trouble(.foreign("a page"))) == .notUnderstood)
        #expect(final(trouble(.closed)) == .closed)
        let busy = StoreError(.busy, "full", why: "it is", remedy: "later")
        #expect(isAway(said(busy), isUnbegun: true))
        let cut = HTTPCallFailure("cut", isUnbegun: true)
        #expect(isAway(trouble(.lost(cut)), isUnbegun: true))
        let begun = HTTPCallFailure("cut", isUnbegun: false)
        #expect(isAway(trouble(.lost(begun)), isUnbegun: false))
        #expect(trouble(.late(cut)).error.code == .unavailable)
        #expect(trouble(.lost(cut)).error.place == server.text)
    }
}
