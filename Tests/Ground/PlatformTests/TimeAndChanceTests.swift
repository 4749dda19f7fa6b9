import DaybookPlatform
import DaybookSimulation
import Testing

@Suite struct TimeTests {
    @Test func `the clocks of the machine are plausible`() {
        let time = SystemTime()
        // After 2025, before 2100.
        #expect((1_735_689_600_000_000..<4_102_444_800_000_000).contains(time.wallMicroseconds()))
        var last = time.bootNanoseconds()
        for _ in 0..<1_000 {
            let next = time.bootNanoseconds()
            #expect(next >= last)
            last = next
        }
    }

    @Test func `virtual time passes when it is told to`() {
        let time = VirtualTime(wallMicroseconds: 100, bootNanoseconds: 5_000)
        #expect(time.wallMicroseconds() == 100 && time.bootNanoseconds() == 5_000)
        time.advance(microseconds: 7)
        #expect(time.wallMicroseconds() == 107 && time.bootNanoseconds() == 12_000)
        time.setWall(microseconds: 3)
        #expect(time.wallMicroseconds() == 3 && time.bootNanoseconds() == 12_000)
    }
}

@Suite struct RandomnessTests {
    @Test func `a seed gives the published sequence`() {
        let chance = SeededRandomness(seed: 1_234_567)
        #expect(
            (0..<5).map { _ in chance.next() } == [
                6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
                4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
            ])
        #expect(chance.seed == 1_234_567)
    }

    @Test func `the kernel does not repeat itself`() {
        let chance = SystemRandomness()
        #expect(Set((0..<10_000).map { _ in chance.next() }).count == 10_000)
    }

    @Test func `numbers below a bound are all reached, and alike often`() {
        let chance = SeededRandomness(seed: 1)
        var counts = [Int](repeating: 0, count: 10)
        for _ in 0..<100_000 { counts[chance.next(below: 10)] += 1 }
        #expect(counts.allSatisfy { (9_500...10_500).contains($0) })
        #expect((0..<100).allSatisfy { _ in chance.next(below: 1) == 0 })
        #expect((0..<100).allSatisfy { _ in chance.chance(1, in: 1) && !chance.chance(0, in: 1) })
    }
}
