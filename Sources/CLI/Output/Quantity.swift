/// Numbers as people read them.
enum Quantity {
    /// With a thin gap every three digits: `1,234,567`.
    static func count(_ value: some BinaryInteger) -> String {
        let digits = Array(String(value))
        var text = ""
        for (place, digit) in digits.enumerated() {
            let left = digits.count - place
            if place > 0, left % 3 == 0, digits[place - 1] != "-" { text.append(",") }
            text.append(digit)
        }
        return text
    }

    /// `1 event`, `2 events`.
    static func count(_ value: some BinaryInteger, _ noun: String) -> String {
        "\(count(value)) \(noun)\(value == 1 ? "" : "s")"
    }

    /// In the largest unit of 1,024 that leaves a whole number: `17.3 MiB`.
    static func bytes(_ value: some BinaryInteger) -> String {
        let units = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB"]
        var amount = Double(value)
        var unit = 0
        while amount >= 1024, unit + 1 < units.count {
            amount /= 1024
            unit += 1
        }
        return unit == 0 ? "\(count(value)) bytes" : "\(decimal(amount)) \(units[unit])"
    }

    /// With one digit behind the point.
    static func decimal(_ value: Double) -> String {
        let tenths = (value * 10).rounded()
        guard tenths.magnitude < 1e15 else { return "\(value)" }
        let whole = Int64(tenths)
        return "\(whole < 0 ? "-" : "")\(count(whole.magnitude / 10)).\(whole.magnitude % 10)"
    }

    /// `3 s`, `2 min 5 s`, `1 h 3 min`.
    static func duration(seconds: Double) -> String {
        if seconds < 10 { return "\(decimal(max(0, seconds))) s" }
        let whole = Int(min(seconds.rounded(), 1e9))
        if whole < 60 { return "\(whole) s" }
        if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
        return "\(whole / 3600) h \(whole / 60 % 60) min"
    }

    /// How many a second; the number itself where no time passed.
    static func rate(_ number: Int, seconds: Double) -> String {
        count(seconds > 0 ? Int((Double(number) / seconds).rounded()) : number)
    }

    static func percent(_ part: Int, of whole: Int) -> String {
        "\(decimal(whole > 0 ? 100 * Double(part) / Double(whole) : 100)) %"
    }

    /// A bar of blocks, in eighths: `share` of `width` characters.
    static func bar(_ share: Double, width: Int) -> String {
        let eighths = Int((min(max(share, 0), 1) * Double(width * 8)).rounded())
        let rest = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]
        // What is there at all shows, however small.
        if eighths == 0 && share > 0 { return "▏" }
        return String(repeating: "█", count: eighths / 8) + rest
    }
}
