/// Writes what is measured in the text format of Prometheus, version 0.0.4.
struct PrometheusPage {
    /// What the page is sent as.
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private(set) var text = ""

    mutating func add(_ family: MetricRegistry.Family) {
        let figures = family.rows.flatMap { Self.figures(family.name, $0, hasBuckets: true) }
        if figures.isEmpty { return }
        text += "# HELP \(family.name) \(Self.escaped(help: family.help))\n"
        text += "# TYPE \(family.name) \(family.kind.rawValue)\n"
        for figure in figures { text += "\(figure.name) \(figure.value)\n" }
    }

    /// What a row tells, each figure with its name and labels as on the page.
    /// - Parameter hasBuckets: whether a histogram also tells how many were at most each bound.
    static func figures(
        _ name: String, _ row: MetricRegistry.Row, hasBuckets: Bool
    ) -> [(name: String, value: String)] {
        switch row.source {
        case .counter(let counter):
            let value = counter.value
            return row.hidesZero && value == 0 ? [] : [(series(name, row.labels), "\(value)")]
        case .gauge(let gauge): return [(series(name, row.labels), "\(gauge.value)")]
        case .asked(let value):
            return value().map { [(series(name, row.labels), number($0))] } ?? []
        case .histogram(let histogram):
            let reading = histogram.read()
            if row.hidesZero && reading.count == 0 { return [] }
            let bounds = hasBuckets ? histogram.scale.shownBounds.map(number) + ["+Inf"] : []
            let buckets = zip(bounds, reading.cumulative).map { bound, count in
                let labels = row.labels + [(name: "le", value: bound)]
                return (name: series(name + "_bucket", labels), value: "\(count)")
            }
            return buckets + [
                (series(name + "_sum", row.labels), number(reading.sum)),
                (series(name + "_count", row.labels), "\(reading.count)"),
            ]
        }
    }

    private static func series(
        _ name: String, _ labels: [(name: String, value: String)]
    ) -> String {
        if labels.isEmpty { return name }
        let inside = labels.map { "\($0.name)=\"\(escaped(label: $0.value))\"" }
        return "\(name){\(inside.joined(separator: ","))}"
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
