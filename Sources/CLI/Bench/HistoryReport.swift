internal import Daybook
internal import DaybookPlatform
internal import DaybookStore

/// `daybook bench --history N`: loads a long history and asks it, closes and opens it, and makes its index anew.
struct HistoryReport {
    let folder: String
    let events: Int
    let pace: Pace
    /// The raw measurements to compare with.
    let single: String
    let thousand: String

    private var path: String { folder + "/history" }

    func run(
        measure: BenchCommand.Measuring, report: (BenchCommand.Fact) -> Void
    ) async throws {
        try await load(measure, report)
        Host.forgetResidentBytesMax()
        var store: EmbeddedStore?
        let opening = try await seconds { store = try await EmbeddedStore.open(at: path) }
        report(.init(name: "opened again after closing", value: opening, unit: "s"))
        try await store?.close()
        store = nil
        try await rebuild(report)
        memory("memory, most since closing", Host.residentBytesMax(), report)
    }

    /// Loads a store and asks it. Nothing holds the store afterwards, nor what it had in memory.
    private func load(
        _ measure: BenchCommand.Measuring, _ report: (BenchCommand.Fact) -> Void
    ) async throws {
        let store = try await EmbeddedStore.open(at: path)
        let bench = HistoryBench(store: store, events: events, pace: pace)
        do {
            for fifth in 0..<5 {
                let name = "8 appenders, 1,000 events an append, fifth \(fifth + 1) of 5"
                try await measure(name, thousand) { try await bench.load(fifth: fifth) }
            }
            let settling = try await seconds { await store.settleIndex() }
            report(.init(name: "index caught up and merged after", value: settling, unit: "s"))
            try await size(of: store, report)
            memory("memory, index caught up", Host.anonymousBytes(), report)
            try await ask(bench, measure, report)
            memory("memory, asked", Host.anonymousBytes(), report)
            memory("memory, of files", ofFiles, report)
            memory("memory, most, of files included", Host.residentBytesMax(), report)
        } catch {
            try? await store.close()
            throw error
        }
        try await store.close()
    }

    private var ofFiles: Int? {
        Host.residentBytes().flatMap { all in Host.anonymousBytes().map { all - $0 } }
    }

    private func memory(_ name: String, _ bytes: Int?, _ report: (BenchCommand.Fact) -> Void) {
        if let bytes { report(.init(name: name, value: Double(bytes) / 1e6, unit: "MB")) }
    }

    private func ask(
        _ bench: HistoryBench, _ measure: BenchCommand.Measuring,
        _ report: (BenchCommand.Fact) -> Void
    ) async throws {
        try await measure("streams of 10 events, 2 readers", nil) { try await bench.readStreams() }
        try await measure("tags of 10 events, 2 readers", nil) { try await bench.readTags() }
        try await measure("types of 100,000 AND tags of 10 events, 2 readers", nil) {
            try await bench.readTypesAndTags()
        }
        // Neither has the index of what came before to write.
        await bench.store.settleIndex()
        let plain = "64 appenders, 1 event, without condition"
        let before = try await bench.store.statistics()
        try await measure(plain, single) { try await bench.conditions(isUnique: false) }
        await bench.store.settleIndex()
        let after = try await bench.store.statistics()
        // The index is one of all events.
        let bytes =
            Double(after.usedBytes - before.usedBytes)
            / Double(max(1, after.events - before.events))
            + Double(after.indexBytes) / Double(max(1, after.events))
        report(
            .init(name: "disk, one event an append", value: bytes, unit: "bytes an event"))
        try await measure("64 appenders, 1 event, unique by tag and type", plain) {
            try await bench.conditions(isUnique: true)
        }
        try await measure("streams of 10 events, 1 reader, not in memory", nil) {
            try await bench.readStreams(forgetting: forgetFiles)
        }
    }

    /// Has the system forget what it has in memory of segments and index.
    private func forgetFiles() throws {
        let disk = LinuxDisk(root: path)
        for folder in ["journals/main/segments", "journals/main/index"] {
            for name in try disk.list(folder) { try? disk.forget("\(folder)/\(name)") }
        }
    }

    private func size(
        of store: EmbeddedStore, _ report: (BenchCommand.Fact) -> Void
    ) async throws {
        let statistics = try await store.statistics()
        let count = Double(max(1, statistics.events))
        report(
            .init(
                name: "disk, 1,000 events an append",
                value: Double(statistics.usedBytes + statistics.indexBytes) / count,
                unit: "bytes an event"))
        report(
            .init(
                name: "disk, of it the index", value: Double(statistics.indexBytes) / count,
                unit: "bytes an event"))
    }

    /// Takes the index away, and has it made again.
    private func rebuild(_ report: (BenchCommand.Fact) -> Void) async throws {
        let disk = LinuxDisk(root: path)
        for name in (try? disk.list("journals/main/index")) ?? [] {
            try? disk.remove("journals/main/index/\(name)")
        }
        var store: EmbeddedStore?
        let seconds = try await seconds { store = try await EmbeddedStore.open(at: path) }
        try await store?.close()
        report(
            .init(
                name: "index made anew, opening included", value: Double(events) / seconds / 1e6,
                unit: "million events/s"))
    }

    private func seconds(_ body: () async throws -> Void) async throws -> Double {
        let start = pace.time.bootNanoseconds()
        try await body()
        return Double(pace.time.bootNanoseconds() - start) / 1e9
    }
}
