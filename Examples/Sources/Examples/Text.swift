// Numbers and columns for people.

enum Decimals {
    /// An integer that counts the last of some digits behind the point: `-1234567` with two digits is `-12,345.67`.
    static func text(_ number: Int, digits: Int = 0) -> String {
        var figures = Array(String(number.magnitude))
        while figures.count <= digits { figures.insert("0", at: 0) }
        var text = ""
        for (index, figure) in figures.enumerated() {
            let left = figures.count - digits - index
            if left == 0 { text += "." } else if left > 0, left % 3 == 0, index > 0 { text += "," }
            text.append(figure)
        }
        return (number < 0 ? "-" : "") + text
    }
}

enum Columns {
    static func left(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
