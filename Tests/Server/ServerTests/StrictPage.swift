/// Reads the text format of Prometheus, and refuses whatever is not exactly so.
struct StrictPage {
    struct Refused: Error {
        let line: Int
        let why: String
    }

    struct Sample: Equatable {
        let name: String
        let labels: [String: String]
        let value: Double
    }

    private(set) var samples: [Sample] = []

    func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
        samples.first { $0.name == name && $0.labels == labels }?.value
    }

    init(_ text: String) throws {
        guard text.isEmpty || text.hasSuffix("\n") else { throw Refused(line: 0, why: "no end") }
        var (help, kind, family) = ("", "", "")
        var seen: Set<String> = []
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        for (index, line) in lines.enumerated() {
            func refuse(_ why: String) -> Refused { Refused(line: index + 1, why: why) }
            let words = line.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false)
            if line.hasPrefix("# HELP ") {
                guard words.count == 4, Self.isName(words[2]) else { throw refuse("help") }
                help = String(words[2])
                guard seen.insert(help).inserted else { throw refuse("a family comes twice") }
            } else if line.hasPrefix("# TYPE ") {
                guard words.count == 4, words[2] == help else { throw refuse("type without help") }
                guard ["counter", "gauge", "histogram"].contains(words[3]) else {
                    throw refuse("no such type")
                }
                (family, kind) = (help, String(words[3]))
            } else {
                guard let sample = Self.sample(line) else { throw refuse("no sample: \(line)") }
                let suffixes = kind == "histogram" ? ["_bucket", "_sum", "_count"] : [""]
                guard !family.isEmpty, suffixes.contains(where: { sample.name == family + $0 })
                else { throw refuse("\(sample.name) is not of \(family)") }
                if kind == "counter" {
                    guard family.hasSuffix("_total"), sample.value >= 0 else {
                        throw refuse("a counter")
                    }
                }
                let isNew = !samples.contains {
                    $0.name == sample.name && $0.labels == sample.labels
                }
                guard isNew else { throw refuse("a sample comes twice") }
                samples.append(sample)
            }
        }
        try checkHistograms()
    }

    /// Buckets grow up to the one of all, which is the count.
    private func checkHistograms() throws {
        var last: [String: Double] = [:]
        for sample in samples where sample.name.hasSuffix("_bucket") {
            guard let bound = sample.labels["le"] else { throw Refused(line: 0, why: "no bound") }
            var labels = sample.labels
            labels["le"] = nil
            let key = sample.name + labels.sorted { $0.key < $1.key }.description
            guard sample.value >= last[key] ?? 0 else { throw Refused(line: 0, why: "it shrinks") }
            last[key] = sample.value
            if bound == "+Inf" {
                let name = sample.name.dropLast("_bucket".count) + "_count"
                guard value(String(name), labels) == sample.value else {
                    throw Refused(line: 0, why: "the count is another")
                }
            }
        }
    }

    private static func isName(_ text: Substring) -> Bool {
        let isFirst: (Character) -> Bool = { $0.isASCII && ($0.isLetter || $0 == "_" || $0 == ":") }
        guard let first = text.first, isFirst(first) else { return false }
        return text.allSatisfy { isFirst($0) || ("0"..."9").contains($0) }
    }

    private static func sample(_ line: Substring) -> Sample? {
        let name = line.prefix { $0 != "{" && $0 != " " }
        guard isName(name) else { return nil }
        var rest = line.dropFirst(name.count)
        var labels: [String: String] = [:]
        if rest.first == "{" {
            repeat {
                rest.removeFirst()
                let label = rest.prefix { $0 != "=" }
                rest = rest.dropFirst(label.count)
                guard isName(label), !label.contains(":"), rest.hasPrefix("=\"") else { return nil }
                rest.removeFirst(2)
                var value = ""
                while let next = rest.popFirst(), next != "\"" {
                    if next != "\\" {
                        value.append(next)
                        continue
                    }
                    switch rest.popFirst() {
                    case "n": value.append("\n")
                    case "\\": value.append("\\")
                    case "\"": value.append("\"")
                    default: return nil
                    }
                }
                guard labels.updateValue(value, forKey: String(label)) == nil else { return nil }
            } while rest.first == ","
            guard rest.first == "}" else { return nil }
            rest.removeFirst()
        }
        guard rest.first == " " else { return nil }
        let number = rest.dropFirst()
        let special: [Substring: Double] = ["+Inf": .infinity, "-Inf": -.infinity, "NaN": .nan]
        guard let value = special[number] ?? (number.contains(" ") ? nil : Double(number)) else {
            return nil
        }
        return Sample(name: String(name), labels: labels, value: value)
    }
}
