import DaybookBytes
import Testing

@Suite struct `An array with one owner` {
    @Test func `It grows, is changed in place, and is used again`() {
        var numbers = FlatArray<Int32>(capacity: 0)
        // The macro would take a copy of what it is to show, and there is none.
        func holds(_ isTrue: Bool) { #expect(isTrue) }
        holds(numbers.isEmpty && numbers.last == nil)
        for round in 0..<2 {
            for number in 0..<1000 { numbers.append(Int32(number + round)) }
            for number in 0..<1000 { numbers[number] += 1 }
            holds(numbers.count == 1000 && numbers.last == Int32(1000 + round))
            var sum = 0
            for number in 0..<1000 { sum += Int(numbers[number]) - round - 1 }
            holds(sum == 999 * 500)
            holds(numbers.removeLast() == Int32(1000 + round) && numbers.count == 999)
            numbers.removeAll()
            holds(numbers.isEmpty)
        }
    }

    @Test(arguments: [-1, 3, 4])
    func `What was not appended cannot be reached`(index: Int) async {
        await #expect(processExitsWith: .failure) { [index] in
            var numbers = FlatArray<Int32>(capacity: 8)
            for number in 0..<3 { numbers.append(Int32(number)) }
            print(numbers[index])
        }
    }
}
