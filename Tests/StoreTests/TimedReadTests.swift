import Daybook
import DaybookBytes
import DaybookJournal
import DaybookPlatform
import DaybookStore
import Testing

/// Reads by time over many segments.
@Suite struct TimedReadTests {
    private static let options: JournalOptions = {
        var options = JournalOptions()
        options.segmentBytesFirst = 32 << 10
        options.segmentBytesMax = 32 << 10
        options.readBatchEventsMax = 16
        options.indexRunEventsMin = 64
        return options
    }()

    /// The manifest that was written last.
    private static func manifest(_ disk: any Disk) throws -> Manifest {
        let names = try disk.list("journals/main").filter { $0.hasPrefix("manifest-") }
        let newest = try #require(
            names.max { $0.count == $1.count ? $0 < $1 : $0.count < $1.count })
        let file = try OpenFile(disk, "journals/main/\(newest)", .read)
        let bytes = try file.read(try file.size(), at: 0)
        return try Manifest(decoding: bytes.bytes)
    }

    @Test func `A read by time touches no segment that has nothing of it`() async throws {
        let disk = MemoryDisk()
        var store = try await EmbeddedStore.open(on: disk, options: Self.options)
        for number in 0..<600 {
            let text = String(repeating: "x", count: 300)
            var event = Event(type: "noted", data: "{\"t\":\"\(text)\"}", tags: ["all"])
            event.occurredAt = Timestamp(
                microseconds: Int64(1000 * (number / 10) + 7 * (number % 10)))
            try await store.append([event], to: "account-\(number % 3)")
        }
        let all = try await store.events(Read(.all))
        try await store.close()
        let sealed = try Self.manifest(disk).segments.filter { $0.sealed != nil }
        #expect(sealed.allSatisfy { $0.times != nil })
        let damaged = try #require(
            sealed.first {
                ($0.sealed!.firstPosition..<$0.sealed!.firstPosition + $0.sealed!.events)
                    .contains(301)
            })
        let path = "journals/main/segments/\(damaged.name)"
        let file = try OpenFile(disk, path, .readWrite)
        let garbage = [UInt8](repeating: 0xFF, count: damaged.sealed!.end - 4096)
        try file.writeAll(garbage.rawSpan, at: 4096)

        store = try await EmbeddedStore.open(on: disk, options: Self.options)
        await #expect(throws: StoreError.self) { try await store.events(Read(.all)) }
        let times = try #require(damaged.times)
        let selections: [(Selection, (RecordedEvent) -> Bool)] = [
            (.all, { _ in true }), (.stream("account-1"), { $0.stream == "account-1" }),
            (.category("account"), { _ in true }), (.query(.tags(["all"])), { _ in true }),
        ]
        let bounds: [(Timestamp?, Timestamp?)] = [
            (nil, Timestamp(microseconds: times.occurred.lowerBound - 1)),
            (Timestamp(microseconds: times.occurred.upperBound + 1), nil),
            (Timestamp(microseconds: 3000), Timestamp(microseconds: 5500)),
            (Timestamp(microseconds: 55_021), Timestamp(microseconds: 55_028)),
        ]
        for (selection, isSelected) in selections {
            for (since, until) in bounds {
                let expected = all.filter {
                    isSelected($0) && $0.occurredAt! >= since ?? $0.occurredAt!
                        && $0.occurredAt! <= until ?? $0.occurredAt!
                }
                #expect(!expected.isEmpty)
                for direction in [Read.Direction.forwards, .backwards] {
                    let read = Read(
                        selection, direction, occurredSince: since, occurredUntil: until)
                    let wanted = direction == .forwards ? expected : expected.reversed()
                    #expect(try await store.events(read) == wanted, "\(read)")
                }
            }
        }
        // Halving would begin in the middle, which cannot be read.
        let last = all[550]
        let read = Read(.all, from: .time(last.recordedAt))
        let expected = all.filter { $0.recordedAt >= last.recordedAt }
        #expect(try await store.events(read) == expected)
        try await store.close()
    }
}

extension Manifest.Segment {
    fileprivate var name: String {
        let digits = String(serial)
        return String(repeating: "0", count: 10 - digits.count) + digits + ".\(generation)"
    }
}
