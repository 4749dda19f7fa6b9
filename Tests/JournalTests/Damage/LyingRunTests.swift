import Daybook
import DaybookBytes
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// Runs that are whole, join with their neighbours, and say something else than the events.
@Suite(.tags(.crash)) struct LyingRunTests {
    private static func filled(_ seed: UInt64) throws -> (SimulatedDisk, [Run]) {
        let disk = SimulatedDisk()
        let journal = try RemakeStage.world(disk, 1).open()
        var stage = RemakeStage()
        try stage.fill(journal, seed)
        var append = Append([Event(type: "opened")], to: "account-0")
        append.records = [SystemRecord(owner: "queue", key: "key-0", value: [1])]
        try journal.append(append)
        try stage.fill(journal, seed + 1)
        journal.close()
        let runs = journal.view.index.parts.all.compactMap { part in
            if case .run(let run) = part { run } else { nil }
        }
        return (disk, runs)
    }

    private static func findings(_ disk: SimulatedDisk) throws -> [Verifier.Finding] {
        let environment = RemakeStage.world(disk, 2).environment()
        return try Verifier.verify(environment, progress: { _, _ in }).findings
    }

    /// Writes a run again that says something else in one place.
    private static func rewrite(
        _ run: Run, _ disk: SimulatedDisk, _ change: (inout RunModel) -> Bool
    ) throws -> Bool {
        var model = try RunModel(reading: run)
        if !change(&model) { return false }
        try model.write(
            to: disk, "lie", hash: run.footer.hash, randomID: run.footer.randomID,
            extent: run.footer.extent)
        try disk.replace(run.file.path, with: try disk.bytes("lie"))
        try disk.remove("lie")
        return true
    }

    private static var changes: [(String, (inout RunModel) -> Bool)] {
        [
            (
                "a tag lost an event",
                { model in
                    let tag = model.terms.keys.sorted { $0.name.lexicographicallyPrecedes($1.name) }
                        .first { $0.kind == TermKind.tag.rawValue }
                    guard let tag else { return false }
                    model.terms[tag]!.positions.removeLast()
                    if model.terms[tag]!.positions.isEmpty { model.terms[tag] = nil }
                    return true
                }
            ),
            (
                "an event moved to another type",
                { model in
                    let types = model.terms.keys.filter { $0.kind == TermKind.type.rawValue }
                    guard types.count > 1 else { return false }
                    let position = model.terms[types[0]]!.positions.removeFirst()
                    if model.terms[types[0]]!.positions.isEmpty { model.terms[types[0]] = nil }
                    model.terms[types[1]]!.positions.append(position)
                    model.terms[types[1]]!.positions.sort()
                    return true
                }
            ),
            (
                "a stream begins with another revision",
                { model in
                    let stream = model.terms.keys.first { $0.kind == TermKind.stream.rawValue }
                    guard let stream, let delta = model.terms[stream]!.delta, delta.count > 0 else {
                        return false
                    }
                    var other = StreamDelta()
                    for revision in 0..<delta.count {
                        other.take(delta.base + 1 + Revision(revision))
                    }
                    model.terms[stream]!.delta = other
                    return true
                }
            ),
            (
                "a system record has another value",
                { model in
                    let record = model.names.first {
                        $0.key.kind == RunName.Kind.record.rawValue && !$0.value.isEmpty
                    }
                    guard let record else { return false }
                    model.names[record.key]![record.value.count - 1] ^= 1
                    return true
                }
            ),
            (
                "a consumer's mark is not there",
                { model in
                    let mark = model.names.keys.first { $0.kind == RunName.Kind.tracking.rawValue }
                    return mark.map { model.names.removeValue(forKey: $0) } != nil
                }
            ),
            (
                "a stream is not listed",
                { model in
                    let name = model.names.keys.first { $0.kind == RunName.Kind.stream.rawValue }
                    return name.map { model.names.removeValue(forKey: $0) } != nil
                }
            ),
        ]
    }

    @Test(arguments: 1...3 as ClosedRange<UInt64>)
    func `verify finds whatever is left out, added or changed, and an opening makes it right`(
        seed: UInt64
    ) throws {
        let (whole, runs) = try Self.filled(seed * 20)
        #expect(try Self.findings(whole) == [])
        var found: Set<String> = []
        for run in runs {
            for (what, change) in Self.changes {
                let disk = whole.copy()
                if !(try Self.rewrite(run, disk, change)) { continue }
                let findings = try Self.findings(disk)
                #expect(
                    findings.map(\.place) == [run.file.path]
                        && findings.allSatisfy { $0.isHarmless }, "\(run.file.path): \(what)")
                found.insert(what)
                if seed > 1 { continue }
                let report = try Repair(of: RemakeStage.world(disk, 3).environment())
                    .run(acceptsLoss: false)
                #expect(report.moved.contains(run.file.path) && report.loss == nil)
                let journal = try RemakeStage.world(disk, 4).open()
                while journal.stepIndex() {}
                try RemakeStage.audit(journal, disk, "without the run where \(what)")
                #expect(try Self.findings(disk) == [])
            }
        }
        #expect(found == Set(Self.changes.map(\.0)))
    }

    /// Takes one of the bits out of a filter, under a checksum that fits.
    private static func clearFilterBit(_ run: Run, _ disk: SimulatedDisk) throws {
        let (start, length) = (run.footer.filter.offset, run.footer.filter.length)
        var bytes = try disk.bytes(run.file.path)
        let content = start + RunFormat.pieceHeaderBytes..<start + length
        let byte = try #require(content.first { bytes[$0] != 0 })
        bytes[byte] &= bytes[byte] - 1
        let piece = Array(bytes[start..<start + length])
        let checksum = RunFormat.checksum(
            of: piece.rawSpan, run: run.footer.randomID, offset: start)
        for at in 0..<4 { bytes[start + at] = UInt8(truncatingIfNeeded: checksum >> (8 * at)) }
        try disk.replace(run.file.path, with: bytes)
    }

    @Test func `verify finds a filter that hides a name, and an opening makes it right`() throws {
        let (whole, runs) = try Self.filled(20)
        for run in runs where run.termCount > 0 {
            let disk = whole.copy()
            try Self.clearFilterBit(run, disk)
            let findings = try Self.findings(disk)
            let finding = try #require(findings.first)
            #expect(findings.count == 1 && finding.isHarmless)
            #expect(finding.place == "\(run.file.path), offset \(run.footer.filter.offset)")
            #expect(finding.what.contains("filter"))
            let report = try Repair(of: RemakeStage.world(disk, 3).environment())
                .run(acceptsLoss: false)
            #expect(report.moved.contains(run.file.path) && report.loss == nil)
            let journal = try RemakeStage.world(disk, 4).open()
            while journal.stepIndex() {}
            try RemakeStage.audit(journal, disk, "without the filter that hid a name")
            #expect(try Self.findings(disk) == [])
        }
    }

    @Test func `A run written again as it is, is none`() throws {
        let (disk, runs) = try Self.filled(20)
        for run in runs { _ = try Self.rewrite(run, disk) { _ in true } }
        #expect(try Self.findings(disk) == [])
    }
}
