import DaybookBytes
import DaybookJSON
import Testing

/// Texts that were cut, mutated or made up.
struct HostileTextTests {
    @Test func `the sample is accepted`() {
        #expect(refusal(of: sample) == nil)
        #expect(scanRefusal(of: sample) == nil)
        #expect(Recogniser.accepts(sample))
    }

    @Test(arguments: 0..<sample.count)
    func `a document that was cut says that it ends too early, and where`(length: Int) {
        let cut = Array(sample.prefix(length))
        #expect(refusal(of: cut)?.code == .unexpectedEnd)
        #expect(refusal(of: cut)?.offset == length)
        #expect(scanRefusal(of: cut) == refusal(of: cut) || length == 0)
        #expect(scanRefusal(of: cut)?.code == .unexpectedEnd)
    }

    @Test(arguments: 0..<sample.count)
    func `a mutated byte is judged as the grammar judges it`(at: Int) throws {
        for byte in UInt8.min...UInt8.max {
            var mutant = sample
            mutant[at] = byte
            let error = refusal(of: mutant)
            #expect((error == nil) == Recogniser.accepts(mutant), "byte \(byte) at \(at): \(error)")
            #expect((scanRefusal(of: mutant) == nil) == (error == nil))
            guard error == nil else { continue }
            let value = try JSONValue(parsing: mutant)
            #expect(try JSONValue(parsing: value.bytes()) == value)
            #expect(try JSONValue(parsing: value.bytes(style: .pretty)) == value)
        }
    }

    @Test(arguments: seeds)
    func `texts made of the pieces of JSON are judged as the grammar judges them`(seed: UInt64) {
        let pieces =
            [
                "{", "}", "[", "]", ",", ":", "\"", "\"a\"", "\"b\":", " ", "\n", "0", "1", "-",
                ".",
                "e", "E+", "12", "true", "false", "null", "nul", "\\", "\\u00e9", "\\ud83d",
                "\\ude00", "ä", "€", "😀", "[]", "{}", "[1]", "\u{1}", "\t",
            ].map { Array($0.utf8) } + [
                [0x80], [0xC3], [0xE2, 0x82], [0xF0, 0x9F], [0xED, 0xA0, 0x80],
            ]
        var random = SplitMix64(seed: seed)
        var accepted = 0
        for _ in 0..<4_000 {
            let count = Int.random(in: 1...7, using: &random)
            let text = (0..<count).flatMap { _ in pieces.randomElement(using: &random)! }
            let error = refusal(of: text)
            #expect((error == nil) == Recogniser.accepts(text), "seed \(seed): \(text)")
            if let error { #expect((0...text.count).contains(error.offset)) } else { accepted += 1 }
        }
        #expect(accepted > 20, "the pieces give texts that are JSON, too")
    }

    @Test(arguments: seeds)
    func `any bytes at all give an answer`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for length in 0..<200 {
            let noise = (0..<length).map { _ in UInt8.random(in: .min ... .max, using: &random) }
            #expect((refusal(of: noise) == nil) == Recogniser.accepts(noise))
            let quoted = [0x22] + noise + [0x22]
            #expect((refusal(of: quoted) == nil) == Recogniser.accepts(quoted))
        }
    }
}
