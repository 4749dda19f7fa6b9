/// Writes what is measured in the text format of Prometheus, version 0.0.4.
struct PrometheusPage {
    /// What the page is sent as.
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private(set) var text = ""

    mutating func add(_ family: MetricRegistry.Family) {
        var rows = ""
        for row in family.rows { rows += lines(family.name, row) }
        if rows.isEmpty { return }
        text += "# HELP \(family.name) \(Self.escaped(help: family.help))\n"
        text += "# TYPE \(family.name) \(family.kind.rawValue)\n"
        text += rows
    }

    private func lines(_ name: String, _ row: MetricRegistry.Row) -> String {
        switch row.source {
        case .counter(let counter):
            let value = counter.value
            return row.hidesZero && value == 0 ? "" : line(name, row.labels, "\(value)")
        case .gauge(let gauge): return line(name, row.labels, "\(gauge.value)")
        case .asked(let value):
            return value().map { line(name, row.labels, Self.number($0)) } ?? ""
        case .histogram(let histogram):
            let reading = histogram.read()
            return row.hidesZero && reading.count == 0
                ? "" : lines(name, row.labels, reading, histogram.scale)
        }
    }

    private func lines(
        _ name: String, _ labels: [(name: String, value: String)], _ reading: Histogram.Reading,
        _ scale: Histogram.Scale
    ) -> String {
        let bounds = scale.shownBounds.map(Self.number) + ["+Inf"]
        var lines = ""
        for (bound, count) in zip(bounds, reading.cumulative) {
            lines += line(name + "_bucket", labels + [(name: "le", value: bound)], "\(count)")
        }
        lines += line(name + "_sum", labels, Self.number(reading.sum))
        return lines + line(name + "_count", labels, "\(reading.count)")
    }

    private func line(
        _ name: String, _ labels: [(name: String, value: String)], _ value: String
    ) -> String {
        if labels.isEmpty { return "\(name) \(value)\n" }
        let inside = labels.map { "\($0.name)=\"\(Self.escaped(label: $0.value))\"" }
        return "\(name){\(inside.joined(separator: ","))} \(value)\n"
    }

    /// As Go writes and reads it; whole numbers without a fraction.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if let whole = Int64(exactly: value), whole.magnitude < 1 << 53 { return "\(whole)" }
        return value.description
    }

    private static func escaped(help: String) -> String {
        help.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
    }

    private static func escaped(label: String) -> String {
        escaped(help: label).replacing("\"", with: "\\\"")
    }
}
