internal import Daybook

/// A setting of the server, as data: flags, variables, the file and the pages of help are made of it.
package struct Setting: Sendable, Equatable {
    /// What a value is, with the range it has to lie in.
    package enum Kind: Sendable, Equatable {
        case text
        /// The path of one.
        case file
        case choice([String])
        case count(ClosedRange<Int>)
        case bytes(ClosedRange<Int>)
        /// In milliseconds.
        case duration(ClosedRange<Int>)
    }

    /// A value that was read.
    package enum Value: Sendable, Equatable {
        case text(String)
        case count(Int)
        case bytes(Int)
        case milliseconds(Int)
        /// The word that stands for no value.
        case word(String)
    }

    /// As it stands in a file, and behind the dashes of a flag.
    package let name: String
    package let kind: Kind
    /// A word that may be written instead of a value: `auto`, `none`.
    package let word: String?
    /// What holds where nothing was said, as it would be written.
    package let standard: String
    /// One sentence.
    package let summary: String

    init(
        _ name: String, _ kind: Kind, or word: String? = nil, _ standard: String, _ summary: String
    ) {
        self.name = name
        self.kind = kind
        self.word = word
        self.standard = standard
        self.summary = summary
    }

    /// The environment variable that sets it.
    package var variable: String {
        Self.variablePrefix + name.uppercased().replacing("-", with: "_")
    }

    /// What all variables of the server begin with.
    package static let variablePrefix = "DAYBOOK_"

    /// What a value is called in usage lines.
    package var placeholder: String {
        switch kind {
        case .text: "TEXT"
        case .file: "FILE"
        case .choice(let choices): choices.joined(separator: "|")
        case .count: "N"
        case .bytes: "BYTES"
        case .duration: "TIME"
        }
    }

    /// The value a text stands for; nil where it stands for none.
    package func value(of text: String) -> Value? {
        if let word, text == word { return .word(word) }
        switch kind {
        case .text, .file:
            let isPlain = !text.unicodeScalars.contains(where: \.isControl)
            return text.isEmpty || !isPlain ? nil : .text(text)
        case .choice(let choices): return choices.contains(text) ? .text(text) : nil
        case .count(let range):
            let isDigits = !text.isEmpty && text.utf8.allSatisfy { 0x30...0x39 ~= $0 }
            return isDigits ? Self.within(range, UInt64(text)).map(Value.count) : nil
        case .bytes(let range): return Self.within(range, Amount.bytes(text)).map(Value.bytes)
        case .duration(let range):
            return Self.within(range, Amount.milliseconds(text)).map(Value.milliseconds)
        }
    }

    private static func within(_ range: ClosedRange<Int>, _ number: UInt64?) -> Int? {
        number.flatMap { Int(exactly: $0) }.flatMap { range.contains($0) ? $0 : nil }
    }

    /// What a value has to be, in words.
    package var need: String {
        let need =
            switch kind {
            case .text, .file: "a text without control characters"
            case .choice(let choices): "one of " + choices.joined(separator: ", ")
            case .count(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
            case .bytes(let range):
                "a number of bytes from \(Value.bytes(range.lowerBound)) to "
                    + "\(Value.bytes(range.upperBound)), such as \(standardAmount)"
            case .duration(let range):
                "a time from \(Value.milliseconds(range.lowerBound)) to "
                    + "\(Value.milliseconds(range.upperBound)), such as \(standardAmount)"
            }
        return word.map { need + ", or `\($0)`" } ?? need
    }

    private var standardAmount: String {
        if standard != word { return standard }
        if case .bytes = kind { return "64M" }
        return "10s"
    }
}

extension Setting.Value: CustomStringConvertible {
    /// As it would be written, in the largest unit that leaves a whole number.
    package var description: String {
        switch self {
        case .text(let text), .word(let text): text
        case .count(let number): "\(number)"
        case .bytes(let number):
            Self.text(number, units: [("G", 1 << 30), ("M", 1 << 20), ("K", 1 << 10)], else: "")
        case .milliseconds(let number):
            Self.text(number, units: [("h", 3_600_000), ("min", 60_000), ("s", 1000)], else: "ms")
        }
    }

    private static func text(
        _ number: Int, units: [(name: String, size: Int)], else smallest: String
    ) -> String {
        guard number > 0, let unit = units.first(where: { number % $0.size == 0 }) else {
            return "\(number)\(smallest)"
        }
        return "\(number / unit.size)\(unit.name)"
    }
}
