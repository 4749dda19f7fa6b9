import Daybook
import DaybookBytes
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// A history cut into runs and merged, compared with one run of the whole.
@Suite(.tags(.format)) struct RunMergeTests {
    private typealias Key = RunModel.Key

    /// What happens at a position.
    private struct Step {
        var terms: [Key] = []
        var stream: Key
        var revision: Revision
        var ofOther: (subject: Key, happening: Int)?
        var names: [(key: Key, value: [UInt8])] = []
    }

    private static func history(_ chance: SeededRandomness, count: Int) -> [Step] {
        var revisions: [Key: Revision] = [:]
        return (0..<count).map { place in
            let stream = Key(term: .stream, "account-\(chance.next(below: 1 + place / 12))")
            let revision = revisions[stream, default: 0]
            revisions[stream] = revision + 1
            var step = Step(stream: stream, revision: revision)
            step.terms = [
                Key(term: .category, "account"), Key(term: .type, "type-\(chance.next(below: 4))"),
                Key(term: .tag, "customer:\(chance.next(below: 200))"),
            ]
            if revision == 0 {
                step.terms.append(Key(term: .first, ""))
                step.names.append((Key(name: .stream, stream.name.rawSpan.text()), []))
            }
            if chance.chance(1, in: 5) {
                let subject = Key(term: .stream, "account-\(chance.next(below: 2 + place / 12))")
                step.ofOther = (subject, chance.next(below: 3))
            }
            if chance.chance(1, in: 4) {
                let number = chance.next(below: 9)
                let key =
                    number < 4
                    ? Key(name: .tracking, "c-\(number)") : Key(name: .record, "o-\(number)")
                let size = chance.chance(1, in: 3) ? 0 : 1 + chance.next(below: 40)
                step.names.append((key, Array(repeating: UInt8(place & 255), count: size)))
            }
            return step
        }
    }

    /// What a run of a part of a history should hold.
    private static func model(_ steps: ArraySlice<Step>) -> RunModel {
        let first = Position(steps.startIndex + 1)
        var model = RunModel(first...Position(steps.endIndex))
        for (offset, step) in steps.enumerated() {
            let position = first + Position(offset)
            for term in step.terms {
                model.terms[term, default: .init()].positions.append(position)
            }
            var stream = model.terms[step.stream] ?? .init(delta: StreamDelta())
            stream.positions.append(position)
            stream.delta?.take(step.revision)
            model.terms[step.stream] = stream
            if let (subject, happening) = step.ofOther {
                var other = model.terms[subject] ?? .init(delta: StreamDelta())
                if happening == 0 {
                    other.delta?.setMetadata()
                } else {
                    other.delta?.delete(isTombstone: happening == 2)
                }
                model.terms[subject] = other
            }
            for (key, value) in step.names { model.names[key] = value }
        }
        // Nothing lies below the first run that a removal would hide.
        if first == 1 {
            let stream = RunName.Kind.stream.rawValue
            model.names = model.names.filter { $0.key.kind == stream || !$0.value.isEmpty }
        }
        return model
    }

    /// Cuts a history into runs, and merges neighbours until one is left.
    private static func merged(
        _ steps: ArraySlice<Step>, _ chance: SeededRandomness, _ hash: NameHash, _ disk: MemoryDisk
    ) throws -> Run {
        var runs: [Run] = []
        var at = steps.startIndex
        while at < steps.endIndex {
            let most = min(steps.endIndex - at, chance.chance(1, in: 3) ? 3 : 900)
            let end = at + 1 + chance.next(below: most)
            let path = "part-\(at)"
            try model(steps[at..<end]).write(to: disk, path, hash: hash, randomID: chance.next())
            runs.append(try Run.open(disk, path))
            at = end
        }
        var number = 0
        repeat {
            let low = chance.next(below: runs.count)
            let high = low + 1 + chance.next(below: min(9, runs.count - low))
            number += 1
            let path = "merged-\(number)"
            let byteCount = try RunMerge(runs: Array(runs[low..<high])).write(
                to: path, on: disk, randomID: chance.next(), stepBytes: 1, pause: { _ in })
            let run = try Run.open(disk, path)
            #expect(run.byteCount == byteCount)
            runs.replaceSubrange(low..<high, with: [run])
        } while runs.count > 1
        return runs[0]
    }

    /// Two runs of 8,000 tags each, of which so many are the same, merged.
    private static func merged(common: Int) throws -> Run {
        let disk = MemoryDisk()
        let runs = try [0, 8000 - common].enumerated().map { place, from in
            let first = Position(1 + 8000 * place)
            var model = RunModel(first...first + 7999)
            for number in 0..<8000 {
                model.terms[Key(term: .tag, "customer:\(from + number)")] = .init(
                    positions: [first + Position(number)])
            }
            try model.write(to: disk, "part-\(place)")
            return try Run.open(disk, "part-\(place)")
        }
        var merge = RunMerge(runs: runs)
        merge.countedTermsMin = 1
        _ = try merge.write(
            to: "merged", on: disk, randomID: 3, stepBytes: 1 << 20, pause: { _ in })
        return try Run.open(disk, "merged")
    }

    @Test(arguments: [8000, 4000, 0])
    func `A filter has room for the names there are, each counted once`(common: Int) throws {
        let run = try Self.merged(common: common)
        let names = 16_000 - common
        #expect(run.termCount == names)
        // Ten bits a name, and a little more; never as long as for twice as many.
        let bits = 8 * (run.footer.filter.length - RunFormat.pieceHeaderBytes)
        #expect(bits >= 9 * names && bits <= 14 * names, "\(bits) bits for \(names) names")
        let filter = try run.storedFilter()
        let kind = TermKind.tag.rawValue
        for number in 0..<names {
            let name = Array("customer:\(number)".utf8)
            #expect(filter.mayContain(run.footer.hash.whole(name.rawSpan, kind)))
        }
    }

    @Test(arguments: 201...208 as ClosedRange<UInt64>)
    func `Cut and merged in any tiers, it holds what one run of the whole holds`(seed: UInt64)
        throws
    {
        let chance = SeededRandomness(seed: seed)
        let steps = Self.history(chance, count: 2500)
        let hash = NameHash(key: chance.next(), bits: [32, 1, 5, 10][Int(seed % 4)])
        for (what, part) in [("from the first", steps[...]), ("of later", steps[40...])] {
            let disk = MemoryDisk()
            let model = Self.model(part)
            let whole = "whole"
            try model.write(to: disk, whole, hash: hash)
            let one = try Run.open(disk, whole)
            let run = try Self.merged(part, chance, hash, disk)
            #expect(run.footer.extent == one.footer.extent)
            #expect(run.termCount == one.termCount)
            try model.check(run, chance, "seed \(seed), \(what)")
            let removals = model.names.count { $0.key.kind != 0 && $0.value.isEmpty }
            #expect((removals > 0) == (part.startIndex > 0))
        }
    }

    @Test func `Merging one run copies it, long lists and all`() throws {
        let disk = SimulatedDisk()
        let model = RunModel.small()
        try model.write(to: disk, randomID: 4)
        let run = try Run.open(disk, "run")
        _ = try RunMerge(runs: [run]).write(
            to: "copy", on: disk, randomID: 4, stepBytes: .max, pause: { _ in })
        try model.check(try Run.open(disk, "copy"), SeededRandomness(seed: 1), "the copy")
        #expect(try disk.bytes("copy") == disk.bytes("run"))
    }

    @Test func `The filter of a merged run is as long as its own terms need`() throws {
        let disk = MemoryDisk()
        var runs: [Run] = []
        for number in 1...8 as ClosedRange<Position> {
            var model = RunModel(number...number)
            for tag in 0..<2000 {
                model.terms[Key(term: .tag, "customer:\(tag)")] = .init(positions: [number])
            }
            try model.write(to: disk, "run-\(number)")
            runs.append(try Run.open(disk, "run-\(number)"))
        }
        _ = try RunMerge(runs: runs).write(
            to: "all", on: disk, randomID: 1, stepBytes: .max, pause: { _ in })
        let merged = try Run.open(disk, "all")
        #expect(merged.footer.filter.length < 2 * runs[0].footer.filter.length)
        for tag in 0..<2000 {
            let name = Array("customer:\(tag)".utf8)
            let found = try merged.find(TermKind.tag.rawValue, name.rawSpan, .mayBlock)
            #expect(found?.term.count == 8)
        }
    }

    @Test func `A merge is stopped between terms, within a long list, and between names`() throws {
        let disk = MemoryDisk()
        var short = RunModel(1...10)
        for tag in 0..<5000 { short.terms[Key(term: .tag, "\(tag)")] = .init(positions: [3, 7]) }
        var long = RunModel(1...300_000)
        long.terms[Key(term: .tag, "all")] = .init(positions: Array(1...300_000))
        var names = RunModel(1...10)
        for name in 0..<5000 { names.names[Key(name: .stream, "\(name)")] = [] }
        for (number, model) in [short, long, names].enumerated() {
            try model.write(to: disk, "run-\(number)")
            let run = try Run.open(disk, "run-\(number)")
            let merge = RunMerge(runs: [run])
            var looks = 0
            var isStopped = false
            do throws(RunFailure) {
                _ = try merge.write(
                    to: "merged-\(number)", on: disk, randomID: 1, stepBytes: 4096
                ) { bytes throws(RunFailure) in
                    #expect((4096..<10_000).contains(bytes))
                    looks += 1
                    if looks > 1 { throw .stopped }
                }
            } catch {
                if case .stopped = error { isStopped = true }
            }
            #expect(isStopped && looks == 2)
        }
    }
}
