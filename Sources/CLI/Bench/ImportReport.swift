internal import Daybook
internal import DaybookCompression
internal import DaybookPlatform
internal import DaybookStore

/// What `daybook bench --import` asks of the store it has made: reads of it as it is, then compressed.
struct ImportReport: Sendable {
    let path: String
    let pace: Pace

    private static let streamsMax = 10_000

    func run(
        measure: BenchCommand.Measuring, report: (BenchCommand.Fact) -> Void
    ) async throws {
        let store = try await EmbeddedStore.open(at: path, compression: .zstd)
        do {
            let streams = try await store.streams(prefix: "", after: nil, limit: Self.streamsMax)
            try await read(store, streams.map(\.name), "the import", measure)
            try await size(of: store, "plain", report)
            let start = pace.time.bootNanoseconds()
            let compacted = try await store.compact(
                bytesPerSecond: nil, takesAll: true, compresses: true)
            let seconds = Double(pace.time.bootNanoseconds() - start) / 1e9
            let rate = Double(compacted.bytesRead) / 1e6 / seconds
            report(.init(name: "compressing", value: rate, unit: "MB of plain frames a second"))
            try await read(store, streams.map(\.name), "the import, compressed", measure)
            try await size(of: store, "compressed", report)
        } catch {
            try? await store.close()
            throw error
        }
        try await store.close()
    }

    private func read(
        _ store: EmbeddedStore, _ streams: [String], _ what: String,
        _ measure: BenchCommand.Measuring
    ) async throws {
        let bench = StoreBench(store: store, pace: pace)
        try await measure("read everything of \(what), as views", nil) {
            try await bench.reads.views()
        }
        try await measure("streams of \(what), 2 readers", nil) {
            try await readStreams(streams, of: store)
        }
    }

    /// Two readers side by side; an operation reads a stream at random, whole.
    private func readStreams(
        _ streams: [String], of store: EmbeddedStore
    ) async throws -> Measurement {
        let stretch = Stretch(pace)
        let parts: [(Measurement, Int)] = try await withThrowingTaskGroup(
            of: (Measurement, Int).self
        ) { group in
            for reader in 0..<2 {
                group.addTask {
                    let chance = SeededRandomness(seed: UInt64(reader + 1))
                    var found = 0
                    let measured = try await stretch.repeating(eventsEach: 1) {
                        let stream = streams[chance.next(below: streams.count)]
                        let cursor = try store.cursor(Read(.stream(stream)))
                        while let batch = try await cursor.next() { found += batch.count }
                    }
                    return (measured, found)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        var joined = Measurement.joined(parts.map(\.0), seconds: stretch.elapsed)
        joined.eventsInAll = parts.reduce(0) { $0 + $1.1 }
        return joined
    }

    private func size(
        of store: EmbeddedStore, _ what: String, _ report: (BenchCommand.Fact) -> Void
    ) async throws {
        let statistics = try await store.statistics()
        let each = Double(statistics.usedBytes) / Double(max(1, statistics.events))
        report(.init(name: "segments of the import, \(what)", value: each, unit: "bytes an event"))
    }
}
