/// Finds the word that was probably meant.
package enum Suggestion {
    /// The nearest of the words, nil where none is near.
    package static func nearest(to word: String, among words: [String]) -> String? {
        let typed = Array(word.unicodeScalars)
        // A third of the letters may be wrong; of a very short word, one.
        let allowed = max(1, typed.count / 3)
        let distances = words.map { ($0, distance(typed, Array($0.unicodeScalars))) }
        if let best = distances.min(by: { $0.1 < $1.1 }), best.1 <= allowed { return best.0 }
        return typed.count > 3 ? words.first { $0.hasPrefix(word) } : nil
    }

    /// `Did you mean …? `, or nothing.
    package static func words(for word: String, among words: [String]) -> String {
        nearest(to: word, among: words).map { "Did you mean `\($0)`? " } ?? ""
    }

    /// How many letters have to be changed, added, taken away or swapped with their neighbour.
    package static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        var before: [Int] = []
        var last = Array(0...right.count)
        for row in left.indices {
            var next = [row + 1]
            for column in right.indices {
                let substituted = last[column] + (left[row] == right[column] ? 0 : 1)
                var best = min(substituted, last[column + 1] + 1, next[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1],
                    left[row - 1] == right[column]
                {
                    best = min(best, before[column - 1] + 1)
                }
                next.append(best)
            }
            (before, last) = (last, next)
        }
        return last[right.count]
    }
}
