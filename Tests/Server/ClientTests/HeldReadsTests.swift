import Daybook
import DaybookClient
import Testing

@Suite(.timeLimit(.minutes(15))) struct `Reads that nobody goes on with` {
    @Test func `They do not hold up what else is asked of the server`() async throws {
        let server = try await ServedStore()
        let store = try await server.connect { $0.connectionsMax = 1 }
        let large = Array(repeating: 7 as UInt8, count: 64 << 10)
        for _ in 0..<8 {
            try await store.append((0..<8).map { _ in Event(type: "t", data: large) }, to: "s")
        }
        var cursors: [any EventCursor] = []
        for _ in 0..<24 {
            let cursor = try store.cursor(Read())
            let batch = try #require(try await cursor.next())
            #expect(!batch.isEmpty)
            cursors.append(cursor)
        }
        let appended = try await store.append([Event(type: "t")], to: "other")
        #expect(appended.firstPosition == 65)
        // And they go on.
        for cursor in cursors {
            var count = 0
            while let batch = try await cursor.next() { count += batch.count }
            #expect(count > 0)
        }
        try await store.close()
        try await server.remove()
    }
}
