import DaybookJSON
import Testing

struct JSONObjectTests {
    @Test func `members keep the order in which they were first set`() {
        var object: JSONObject = ["c": 1, "a": 2, "b": 3]
        object["a"] = 4
        object["d"] = 5
        #expect(object.map(\.key) == ["c", "a", "b", "d"])
        #expect(object["a"] == 4)
        object["c"] = nil
        object["c"] = 6
        #expect(object.map(\.key) == ["a", "b", "d", "c"])
        #expect(object.removeValue(forKey: "b") == 3)
        #expect(object.removeValue(forKey: "b") == nil)
        #expect(object.count == 3 && !object.isEmpty)
    }

    @Test func `keys are the same when their bytes are`() {
        for more in [0, 20] {
            var object = JSONObject()
            for n in 0..<more { object["\(n)"] = 0 }
            object["é"] = 1
            object["e\u{301}"] = 2
            #expect(object.count == more + 2)
            #expect(object["é"] == 1)
            #expect(object["e\u{301}"] == 2)
        }
    }

    @Test func `a member set to null is there, and one set to nil is not`() {
        var object: JSONObject = ["a": 1, "b": 2]
        object["a"] = .some(.null)
        object["b"] = .none
        #expect(object["a"] == .some(.null))
        #expect(object.count == 1)
    }

    @Test(arguments: seeds)
    func `an object is as good as a list that is searched`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var object = JSONObject()
        var list: [(key: String, value: JSONValue)] = []
        for step in 0..<3_000 {
            // First it grows, then it shrinks, so that it passes the size where the index begins.
            let removes = Int.random(in: 0..<100, using: &random) < (step < 1_500 ? 30 : 60)
            let key = "k\(Int.random(in: 0..<60, using: &random))"
            let at = list.firstIndex { $0.key == key }
            if removes {
                #expect(object.removeValue(forKey: key) == at.map { list.remove(at: $0).value })
            } else {
                let value = JSONValue.number(JSONNumber(step))
                object[key] = value
                if let at { list[at].value = value } else { list.append((key, value)) }
            }
            #expect(object.count == list.count, "seed \(seed)")
            #expect(object[key] == list.first { $0.key == key }?.value, "seed \(seed)")
        }
        #expect(object.map(\.key) == list.map(\.key), "seed \(seed)")
        #expect(object.map(\.value) == list.map(\.value), "seed \(seed)")
    }

    @Test func `a copy does not feel what happens to the other`() {
        var object = JSONObject()
        for n in 0..<100 { object["\(n)"] = .number(JSONNumber(n)) }
        let copy = object
        for n in 0..<90 { object["\(n)"] = nil }
        #expect(copy.count == 100 && object.count == 10)
        #expect(copy["5"] == 5 && object["5"] == nil && object["95"] == 95)
    }

    /// Were the holes of removed members to stay, going through the members would take ever longer.
    @Test(.timeLimit(.minutes(15)))
    func `an object that had many members and lost them is a small one`() {
        var object = JSONObject()
        for n in 0..<20 { object["stays-\(n)"] = 0 }
        for n in 0..<300_000 {
            object["\(n)"] = 1
            object["\(n)"] = nil
            if n % 20 == 0 { #expect(object.allSatisfy { $0.value == 0 }) }
        }
        #expect(object.count == 20)
    }
}
