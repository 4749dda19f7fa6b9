import Daybook
import DaybookGRPC
import DaybookHTTP
import Testing

@testable import DaybookClient

/// What is left of a store that nobody has closed.
@Suite(.timeLimit(.minutes(15))) struct LifetimeTests {
    /// Keeps nothing alive.
    private struct Watch {
        weak var loop: Loop?
    }

    private func expectEnd(of watch: Watch) async throws {
        // A goodbye takes a moment.
        for _ in 0..<10_000 {
            if watch.loop == nil { return }
            try await Task.sleep(for: .milliseconds(1))
        }
        Issue.record("its thread goes on")
    }

    @Test func `A store that is dropped ends its thread and its connections`() async throws {
        let server = try await ServedStore()
        var store: RemoteStore? = try await server.connect()
        let watch = Watch(loop: store?.caller.channel.loop)
        try await store?.append([Event(type: "t")], to: "s")
        store = nil
        try await expectEnd(of: watch)
        try await server.remove()
    }

    @Test func `As long as somebody reads or appends it goes on`() async throws {
        let server = try await ServedStore()
        var store: RemoteStore? = try await server.connect()
        let watch = Watch(loop: store?.caller.channel.loop)
        var cursor = try await store?.subscribe(Subscription())
        var appender = store?.appender()
        var sibling = try await store?.journal("main")
        store = nil
        try await appender?.submit(Append([Event(type: "t")], to: "s")) { _ in }
        appender = nil
        var count = 0
        while count == 0, let signal = try await cursor?.next() {
            if case .events(let batch) = signal { count += batch.count }
        }
        cursor = nil
        #expect(try await sibling?.head().position == 1)
        #expect(watch.loop != nil)
        sibling = nil
        try await expectEnd(of: watch)
        try await server.remove()
    }

    @Test func `One that was closed is dropped as well`() async throws {
        let server = try await ServedStore()
        var store: RemoteStore? = try await server.connect()
        let watch = Watch(loop: store?.caller.channel.loop)
        try await store?.close()
        store = nil
        try await expectEnd(of: watch)
        try await server.remove()
    }
}
