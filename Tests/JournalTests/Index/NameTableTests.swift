import DaybookBytes
import DaybookPlatform
import Testing

@testable import DaybookJournal

/// Names and their numbers, also where most hashes are the same.
@Suite struct NameTableTests {
    @Test(arguments: [1, 2, 3, 5, 8, 32])
    func `Names keep their numbers, however often their hashes collide`(hashBits: Int) {
        var table = NameTable(NameHash(key: 9, bits: hashBits))
        let chance = SeededRandomness(seed: UInt64(hashBits))
        var known: [[UInt8]] = []
        for _ in 0..<600 {
            let name = Array("n\(chance.next(below: 300))".utf8)
            if let number = known.firstIndex(of: name) {
                #expect(table.find(name.rawSpan) == number)
                #expect(table.intern(name.rawSpan) == number)
            } else {
                #expect(table.find(name.rawSpan) == nil)
                #expect(table.intern(name.rawSpan) == known.count)
                known.append(name)
            }
        }
        #expect(table.count == known.count)
        for (number, name) in known.enumerated() {
            let found = table.name(number).copied()
            #expect(found == name)
            #expect(table[number] == String(decoding: name, as: UTF8.self))
            let has = table.has(name.rawSpan, at: number)
            #expect(has)
        }
    }

    /// Were they found by looking through the others, this would take hours.
    @Test(.timeLimit(.minutes(15))) func `Many names are found as fast as few`() {
        var table = NameTable(NameHash(key: 7))
        let count = 100_000
        for number in 0..<count { _ = table.intern(Array("n\(number)".utf8).rawSpan) }
        for number in 0..<count {
            if table.find(Array("n\(number)".utf8).rawSpan) != number {
                Issue.record("n\(number) is not found")
            }
        }
        #expect(table.find(Array("n\(count)".utf8).rawSpan) == nil)
    }

    @Test(arguments: [1, 4, 32])
    func `The same name of two kinds is two names`(hashBits: Int) {
        var table = NameTable(NameHash(key: 3, bits: hashBits))
        let name = Array("moved".utf8)
        let first = table.intern(name.rawSpan, kind: 2)
        let second = table.intern(name.rawSpan, kind: 3)
        #expect(first != second)
        #expect(table.find(name.rawSpan, kind: 2) == first)
        #expect(table.find(name.rawSpan, kind: 3) == second)
        #expect(table.find(name.rawSpan, kind: 4) == nil)
        #expect(table.kind(first) == 2 && table.kind(second) == 3)
    }

    @Test func `Two spellings of the same characters are two names, and the empty name is one`() {
        var table = NameTable(NameHash(key: 1))
        let numbers = ["\u{E9}", "e\u{301}", ""].map { table.intern(Array($0.utf8).rawSpan) }
        #expect(numbers == [0, 1, 2])
        #expect(table.find(Array("e".utf8).rawSpan) == nil)
    }

    @Test func `Hashes follow from the key`() {
        let name = Array("account-576".utf8)
        let hashes = Set((0..<50 as Range<UInt64>).map { KeyedHash.hash(name.rawSpan, key: $0) })
        #expect(hashes.count == 50)
        // Of any length, also where the last word is not full.
        let lengths = Set(
            (0..<64).map { KeyedHash.hash([UInt8](repeating: 0, count: $0).rawSpan, key: 5) })
        #expect(lengths.count == 64)
    }
}
