import DaybookBytes
import Testing

@Suite struct ByteWriterTests {
    @Test func `it holds what was appended, in order`() {
        var writer = ByteWriter(capacity: 0)
        writer.append(0x01 as UInt8)
        writer.append(0x0302 as UInt16)
        writer.append(0x0706_0504 as UInt32)
        writer.append(0x0F0E_0D0C_0B0A_0908 as UInt64)
        writer.append(-2 as Int64)
        writer.append([0x10, 0x11])
        writer.append("aß")
        writer.appendZeros(3)
        let expected: [UInt8] =
            Array(1...15) + [0xFE] + [UInt8](repeating: 0xFF, count: 7) + [
                0x10, 0x11, 0x61, 0xC3, 0x9F, 0, 0, 0,
            ]
        let found = writer.bytes.copied()
        #expect(found == expected)
    }

    @Test func `growing keeps what is there`() {
        var writer = ByteWriter(capacity: 1)
        var expected: [UInt8] = []
        var numbers = Numbers(seed: 3)
        for _ in 0..<300 {
            let bytes = numbers.bytes(Int.random(in: 0...100, using: &numbers))
            writer.append(bytes)
            expected += bytes
        }
        let found = writer.bytes.copied()
        #expect(found == expected)
    }

    @Test func `a patch changes its bytes and no others`() {
        var writer = ByteWriter()
        writer.appendZeros(20)
        writer.patch(0xFFFF_FFFF as UInt32, at: 0)
        writer.patch(0x0102_0304_0506_0708 as UInt64, at: 5)
        writer.patch(-1 as Int64, at: 12)
        let expected: [UInt8] =
            [255, 255, 255, 255, 0, 8, 7, 6, 5, 4, 3, 2] + [UInt8](repeating: 255, count: 8)
        let found = writer.bytes.copied()
        #expect(found == expected)
    }

    @Test func `what was written moves, and what stands between can be patched`() {
        for distance in [-2, -1, 0, 1, 2, 300] {
            var writer = ByteWriter(capacity: 16)
            writer.append([9, 0, 0] + [UInt8](1...13))
            writer.move(from: 3, by: distance)
            for at in 1..<3 + distance { writer.patch(7 as UInt8, at: at) }
            let between = [UInt8](repeating: 7, count: 2 + distance)
            #expect(writer.bytes.copied() == [9] + between + [UInt8](1...13))
        }
    }

    @Test func `a patch beyond the end stops the process`() async {
        await #expect(processExitsWith: .failure) {
            var writer = ByteWriter()
            writer.appendZeros(7)
            writer.patch(0 as UInt32, at: 4)
        }
    }

    @Test func `zeros are zeros also where other bytes stood before`() {
        var writer = ByteWriter()
        writer.append([UInt8](repeating: 0xFF, count: 64))
        writer.truncate(to: 3)
        writer.appendZeros(5)
        let found = writer.bytes.copied()
        #expect(found == [255, 255, 255, 0, 0, 0, 0, 0])
        writer.removeAll()
        let nothing = writer.bytes.copied()
        #expect(nothing == [])
    }
}

@Suite struct SharedBytesTests {
    private struct Refusal: Error {}

    @Test func `they hold a copy of what they were given`() {
        var bytes: [UInt8] = [1, 2, 3]
        let shared = SharedBytes(copying: bytes.rawSpan)
        bytes[0] = 9
        #expect(shared.count == 3)
        let found = shared.bytes.copied()
        #expect(found == [1, 2, 3])
    }

    @Test func `they keep as many as were filled in`() {
        let shared = SharedBytes(capacity: 100) { memory in
            memory.storeBytes(of: 0x0403_0201 as UInt32, as: UInt32.self)
            return 3
        }
        let found = shared.bytes.copied()
        #expect(found == [1, 2, 3])
    }

    @Test func `there may be none`() {
        let count = SharedBytes(copying: [UInt8]().rawSpan).bytes.byteCount
        #expect(count == 0)
    }

    @Test func `an error of whoever fills them comes out`() {
        #expect(throws: Refusal.self) {
            try SharedBytes(capacity: 1) { _ throws(Refusal) -> Int in throw Refusal() }
        }
    }

    @Test func `many tasks read them at once`() async {
        let shared = SharedBytes(copying: [UInt8](0...255).rawSpan)
        await withTaskGroup(of: Int.self) { group in
            for _ in 0..<16 {
                group.addTask { shared.bytes.copied().reduce(0) { $0 + Int($1) } }
            }
            for await sum in group { #expect(sum == 32_640) }
        }
    }
}
