import Daybook
import DaybookGRPC
import DaybookHTTP
import DaybookStore
import Testing

/// What clients are told of streams that are deleted, or kept in part.
struct `A stream of which something is gone` {
    private static let none = #"{"$tb":9223372036854775807}"#

    /// What both directions give, and who follows from the start.
    private func expect(
        _ server: ReadingServer, _ stream: String, _ expected: [String],
        _ place: SourceLocation = #_sourceLocation
    ) throws {
        #expect(try server.read(.stream(stream)).told() == expected, sourceLocation: place)
        let backwards = server.read(.stream(stream).from(.end).backwards)
        #expect(try backwards.told() == expected.reversed(), sourceLocation: place)
        let call = server.read(.stream(stream).subscription)
        let told = try call.told().filter { $0.hasPrefix(stream + ":") }
        call.leave()
        #expect(told == expected.filter { !$0.hasPrefix("no stream") }, sourceLocation: place)
    }

    @Test func `goes on where it was when it is reopened`() async throws {
        let server = try await ReadingServer()
        try await server.append("0", "1", to: "s")
        _ = try await server.store.delete("s", .soft, expecting: .any)
        try expect(server, "s", ["no stream s"])
        try await server.append("2", to: "s")
        try expect(server, "s", ["s:2:2"])
        #expect(try server.read(.stream("s").from(.at(0))).told() == ["s:2:2"])
        #expect(try server.read(.stream("s").from(.at(1)).backwards).told() == [])
    }

    @Test func `has metadata that may be written back`() async throws {
        let server = try await ReadingServer()
        let before = #"{"$acl":{"$r":["ada"]},"$maxCount":7,"note":1.50}"#
        try await server.store.setMetadata(Array(before.utf8), of: "s")
        try await server.append("0", "1", to: "s")
        #expect(try server.read(.stream("$$s")).told() == ["$$s:0:$metadata = " + before])
        _ = try await server.store.delete("s", .soft, expecting: .any)
        func last() throws -> String {
            let told = try server.read(.stream("$$s").from(.end).backwards.limit(1)).told()
            return String(try #require(told.first).split(separator: " = ")[1])
        }
        let deleted = String(before.dropLast()) + #","$tb":9223372036854775807}"#
        #expect(try last() == deleted)
        try await server.append("2", to: "s")
        let reopened = String(before.dropLast()) + #","$tb":2}"#
        #expect(try last() == reopened)
        #expect(
            try server.read(.all.filter(.prefixes(["$$"], byStream: true))).told() == [
                "$$s:0:$metadata = " + before, "$$s:1:$metadata = " + reopened,
            ])
        try await server.store.setMetadata(Array(try last().utf8), of: "s")
        try expect(server, "s", ["s:2:2"])
    }

    @Test func `is deleted by metadata too, until the next append`() async throws {
        let server = try await ReadingServer()
        try await server.append("0", "1", to: "s")
        try await server.store.setMetadata(Array(Self.none.utf8), of: "s")
        try expect(server, "s", [])
        #expect(try server.read(.stream("$$s")).told() == ["$$s:0:$metadata = " + Self.none])
        try await server.append("2", to: "s")
        try expect(server, "s", ["s:2:2"])
        #expect(try server.read(.stream("$$s")).told() == [#"$$s:0:$metadata = {"$tb":2}"#])
        _ = try await server.store.compact(takesAll: true)
        try expect(server, "s", ["s:2:2"])
        try await server.store.setMetadata(Array(Self.none.utf8), of: "s")
        try expect(server, "s", [])
    }

    @Test func `tells the metadata of what has truncated it, also when it is reopened`()
        async throws
    {
        let server = try await ReadingServer()
        try await server.append("0", to: "s")
        let told = Array(#"{"by":"ada"}"#.utf8)
        let event = Event(
            type: SystemType.metadata, data: Array(Self.none.utf8), metadata: told,
            tags: ["a:b"], correlation: "run-7")
        try await server.store.append([event], to: "$$s")
        let metadata = #"{"by":"ada","$tags":["a:b"],"$correlationId":"run-7"}"#
        #expect(
            try server.read(.stream("$$s")).told()
                == ["$$s:0:$metadata \(metadata) = \(Self.none)"])
        try await server.append("1", to: "s")
        #expect(
            try server.read(.stream("$$s")).told()
                == [#"$$s:0:$metadata \#(metadata) = {"$tb":1}"#])
    }

    @Test(
        arguments: [
            (StreamMetadata(truncateBefore: 2), ["s:2:2", "s:3:3"]),
            (StreamMetadata(maxCount: 1), ["s:3:3"]),
            (StreamMetadata(truncateBefore: 3, maxCount: 2), ["s:3:3"]),
            (StreamMetadata(maxAgeSeconds: 1 << 40), ["s:0:0", "s:1:1", "s:2:2", "s:3:3"]),
            (StreamMetadata(maxAgeSeconds: 0), ["s:0:0", "s:1:1", "s:2:2", "s:3:3"]),
            (StreamMetadata(truncateBefore: 9), []),
        ] as [(StreamMetadata, [String])])
    func `gives what is kept, whichever way it is read`(
        metadata: StreamMetadata, expected: [String]
    ) async throws {
        let server = try await ReadingServer()
        try await server.append("0", "1", "2", "3", to: "s")
        try await server.store.setMetadata(metadata, of: "s")
        try expect(server, "s", expected)
        _ = try await server.store.compact(takesAll: true)
        try expect(server, "s", expected)
    }

    @Test func `ends who follows it when it is deleted for good`() async throws {
        let server = try await ReadingServer()
        try await server.append("0", to: "s")
        let call = server.read(.stream("s").subscription)
        #expect(try call.told() == ["confirmed", "s:0:0", "caught up revision 0"])
        _ = try await server.store.delete("s", .soft, expecting: .any)
        #expect(try call.told() == [])
        #expect(call.status == nil)
        try await server.append("1", to: "s")
        _ = try await server.store.delete("s", .tombstone, expecting: .any)
        #expect(try call.told() == ["s:1:1"])
        #expect(call.code == .failedPrecondition)
        #expect(call.status?["exception"] == "stream-deleted")
        #expect(server.places.taken == 0)
        for request in [ReadOptions.stream("s"), .stream("s").from(.end).backwards] {
            #expect(server.read(request).status?["exception"] == "stream-deleted")
        }
    }
}
