import Daybook
import DaybookJSON
import DaybookPlatform
import Synchronization
import Testing

@testable import DaybookCLI

@Suite struct ExportCommandTests {
    let folder = Folder()

    /// Events that are awkward in every way they can be.
    func awkward() async throws -> FakeStore {
        let store = try await bank()
        let deep = String(repeating: "[", count: 512) + String(repeating: "]", count: 512)
        for (type, contentType, data) in [
            ("pretty", Event.json, Array("{\n  \"a\": 1\r\n}".utf8)),
            ("spaced", Event.json, Array(" 1 ".utf8)),
            ("deep", Event.json, Array(deep.utf8)), ("broken", Event.json, Array("{".utf8)),
            ("empty", Event.json, []), ("number", Event.json, Array("-0.10e+3".utf8)),
            ("bytes", Event.bytes, [0, 10, 13, 255]), ("text", "text/plain", Array("é\n\"".utf8)),
            ("twice", Event.json, Array(#"{"a":1,"a":2,"\u0061":"\ud83d\ude00"}"#.utf8)),
        ] {
            let event = Event(
                type: type, data: data, contentType: contentType,
                metadata: Array(#"{"by": "Ada"}"#.utf8),
                tags: ["quote:\"", "é", "\u{65}\u{301}"], causation: "c\t\u{1}", correlation: "\\",
                occurredAt: Timestamp("1999-12-31T23:59:59.123456Z"))
            _ = try await store.append([event], to: "odd \"-1\\é")
        }
        return store
    }

    /// What a round trip keeps.
    func kept(_ store: FakeStore, system: Bool = true) -> [RecordedEvent] {
        let events = store.events.filter { system || !StreamName.isSystem($0.stream) }
        return events.map {
            RecordedEvent(
                stream: $0.stream, revision: $0.revision, position: 0,
                recordedAt: Timestamp(microseconds: 0), event: $0.event)
        }
    }

    @Test(arguments: ["all.jsonl", "all.jsonl.zst"])
    func `What is exported can be imported to an equal store`(name: String) async throws {
        let store = try await awkward()
        for index in store.events.indices
        where store.events[index].causation?.contains("\t") == true {
            store.state.withLock { state in
                let old = state.events[index]
                var event = old.event
                // Control characters are for the store to refuse; here they were only in the way of
                // JSON.
                event.causation = "c\\\"/"
                state.events[index] = RecordedEvent(
                    stream: old.stream, revision: old.revision, position: old.position,
                    recordedAt: old.recordedAt, event: event)
            }
        }
        let file = folder.path + "/" + name
        let exported = await Console(store).run("export", "--system", "--output", file)
        #expect(exported.exit == .success, "\(exported.errors)")
        #expect(exported.output.hasPrefix("15 events in "))
        #expect(folder.names == [name])
        let copy = Console()
        let imported = await copy.run("import", file, "--check-revisions")
        #expect(imported.exit == .success, "\(imported.errors)")
        #expect(kept(copy.store) == kept(store))
        let again = await copy.run("export", "--system")
        #expect(again.output == (await Console(store).run("export", "--system")).output)
    }

    @Test func `Without a selection it is everything, on standard output`() async throws {
        let console = Console(try await bank())
        let result = await console.run("export")
        #expect(try result.lines.map { try parsed($0)["position"]?.asInt64 } == [1, 2, 3, 5, 6])
        #expect(await console.run("export", "--output", "-").output == result.output)
        let some = await console.run("export", "--type", "opened", "--limit", "1")
        #expect(some.lines == [result.lines[0]])
    }

    @Test func `A file has its name only when it is complete`() async throws {
        let console = Console(try await bank())
        let failed = await console.run("export", "account-9", "--output", folder.path + "/a.jsonl")
        #expect(failed.exit == .notFound)
        #expect(folder.names.isEmpty)
        let nowhere = await console.run("export", "--output", folder.path + "/no/a.jsonl")
        #expect(nowhere.exit == .notFound)
    }

    @Test func `Stopped, or unable to give the file its name, it leaves nothing`() async throws {
        let stopped = Console(try await bank())
        stopped.interruption.listen {}
        stopped.interruption.request(at: 0)
        let file = folder.path + "/a.jsonl"
        #expect(await stopped.run("export", "--output", file).exit == .interrupted)
        #expect(folder.names.isEmpty)
        // A folder of that name is in the way.
        try LinuxDisk(root: folder.path).createDirectory("a.jsonl")
        let refused = await Console(try await bank()).run("export", "--output", file)
        #expect(refused.exit == .failure)
        #expect(refused.errors.contains("`\(file)` cannot be written"))
        #expect(folder.names == ["a.jsonl"])
    }

    @Test func `An existing file is replaced whole`() async throws {
        let file = try folder.write("a.jsonl", String(repeating: "old\n", count: 1000))
        let result = await Console(try await bank()).run("export", "--output", file, "--json")
        #expect(try parsed(result.output)["events"] == 5)
        let lines = String(decoding: try folder.read("a.jsonl"), as: UTF8.self).split(
            separator: "\n")
        #expect(lines.count == 5)
        #expect(
            try parsed(result.output)["bytes"]?.asInt64 == Int64(try folder.read("a.jsonl").count))
    }
}
