internal import DaybookJSON

/// Where two trees differ, for a person: elements of arrays are compared with what they were, and not by their index.
struct TreeDifferences {
    private(set) var found: [JSONDifference] = []

    init(from old: JSONValue, to new: JSONValue) { compare(old, new, at: "") }

    private mutating func compare(_ old: JSONValue, _ new: JSONValue, at path: String) {
        switch (old, new) {
        case (.object(let olds), .object(let news)):
            for (key, value) in olds {
                let place = path + "/" + JSONPointer.escaped(key)
                if let other = news[key] {
                    compare(value, other, at: place)
                } else {
                    found.append(JSONDifference(path: place, old: value, new: nil))
                }
            }
            for (key, value) in news where olds[key] == nil {
                let place = path + "/" + JSONPointer.escaped(key)
                found.append(JSONDifference(path: place, old: nil, new: value))
            }
        case (.array(let olds), .array(let news)):
            for pair in ElementPair.all(from: olds, to: news) {
                if let one = pair.old, let other = pair.new {
                    compare(olds[one], news[other], at: path + "/\(other)")
                } else if let one = pair.old {
                    found.append(JSONDifference(path: path + "/\(one)", old: olds[one], new: nil))
                } else if let other = pair.new {
                    found.append(
                        JSONDifference(path: path + "/\(other)", old: nil, new: news[other]))
                }
            }
        default:
            if old != new { found.append(JSONDifference(path: path, old: old, new: new)) }
        }
    }
}

/// An element of an array, and what it was in an earlier one: by their indexes, nil where there was or is none.
struct ElementPair: Hashable {
    var old: Int?
    var new: Int?

    /// Beyond so many comparisons, those between the equal ends of two arrays are paired by their index.
    static let comparisonsMax = 1 << 20

    /// Those of a longest common subsequence are the same; what lies between two of them is paired one by one.
    static func all(from old: [JSONValue], to new: [JSONValue]) -> [ElementPair] {
        let both = min(old.count, new.count)
        var head = 0
        while head < both, old[head] == new[head] { head += 1 }
        var tail = 0
        while tail < both - head, old[old.count - 1 - tail] == new[new.count - 1 - tail] {
            tail += 1
        }
        let common = common(old[head..<old.count - tail], new[head..<new.count - tail])
        var pairs = (0..<head).map { ElementPair(old: $0, new: $0) }
        var (one, other) = (head, head)
        for end in common + [(old.count - tail, new.count - tail)] {
            while one < end.0 || other < end.1 {
                pairs.append(
                    ElementPair(old: one < end.0 ? one : nil, new: other < end.1 ? other : nil))
                if one < end.0 { one += 1 }
                if other < end.1 { other += 1 }
            }
            if one < old.count - tail { pairs.append(ElementPair(old: one, new: other)) }
            (one, other) = (one + 1, other + 1)
        }
        return pairs
            + (0..<tail).map {
                ElementPair(old: old.count - tail + $0, new: new.count - tail + $0)
            }
    }

    /// The indexes of a longest common subsequence; of none where that is too much to look for.
    private static func common(
        _ old: ArraySlice<JSONValue>, _ new: ArraySlice<JSONValue>
    ) -> [(Int, Int)] {
        if old.isEmpty || new.isEmpty || old.count * new.count > comparisonsMax { return [] }
        // Equal values have equal numbers: each is hashed once.
        var numbers: [JSONValue: Int32] = [:]
        func number(_ value: JSONValue) -> Int32 {
            let next = Int32(numbers.count)
            if let known = numbers[value] { return known }
            numbers[value] = next
            return next
        }
        let (ones, others) = (old.map(number), new.map(number))
        // How long the longest is behind each pair of indexes.
        let width = others.count + 1
        var lengths = [Int32](repeating: 0, count: (ones.count + 1) * width)
        for one in ones.indices.reversed() {
            for other in others.indices.reversed() {
                let at = one * width + other
                lengths[at] =
                    ones[one] == others[other]
                    ? lengths[at + width + 1] + 1 : max(lengths[at + width], lengths[at + 1])
            }
        }
        var found: [(Int, Int)] = []
        var (one, other) = (0, 0)
        while one < ones.count, other < others.count {
            let at = one * width + other
            if ones[one] == others[other] {
                found.append((old.startIndex + one, new.startIndex + other))
                (one, other) = (one + 1, other + 1)
            } else if lengths[at + width] >= lengths[at + 1] {
                one += 1
            } else {
                other += 1
            }
        }
        return found
    }
}
