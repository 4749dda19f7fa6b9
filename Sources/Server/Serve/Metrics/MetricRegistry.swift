internal import Synchronization

/// All that is measured, by name, and the page on which it is read.
package final class MetricRegistry: Sendable {
    /// What stands in braces behind a name. Each set of values makes a row of its own, so there are few.
    package typealias Labels = KeyValuePairs<String, String>

    enum Source: Sendable {
        case counter(Counter)
        case gauge(Gauge)
        case histogram(Histogram)
        /// Asked when the page is made; nil: not known, and left out.
        case asked(@Sendable () -> Double?)
    }

    struct Row: Sendable {
        let labels: [(name: String, value: String)]
        let source: Source
        /// Whether it is left out while it is zero.
        let hidesZero: Bool
    }

    struct Family: Sendable {
        enum Kind: String { case counter, gauge, histogram }
        let name: String
        let kind: Kind
        let help: String
        private(set) var rows: [Row] = []
        /// The labels of the rows, each name and behind it its value: hundreds of rows are added at every start.
        private var labels: Set<[String]> = []

        init(_ name: String, _ kind: Kind, _ help: String) {
            self.name = name
            self.kind = kind
            self.help = help
        }

        mutating func add(_ row: Row) {
            let (isNew, _) = labels.insert(row.labels.flatMap { [$0.name, $0.value] })
            precondition(isNew, "\(name) has two rows with the same labels")
            rows.append(row)
        }
    }

    /// In the order in which they were made.
    private let families = Mutex<[Family]>([])

    package init() {}

    /// - Parameter hidesZero: for one of many rows most of which never count anything.
    package func counter(
        _ name: String, _ help: String, _ labels: Labels = [:], hidesZero: Bool = false
    ) -> Counter {
        let counter = Counter()
        add(name, .counter, help, labels, .counter(counter), hidesZero)
        return counter
    }

    package func gauge(_ name: String, _ help: String, _ labels: Labels = [:]) -> Gauge {
        let gauge = Gauge()
        add(name, .gauge, help, labels, .gauge(gauge))
        return gauge
    }

    package func histogram(
        _ name: String, _ help: String, _ scale: Histogram.Scale, _ labels: Labels = [:],
        hidesZero: Bool = false
    ) -> Histogram {
        let histogram = Histogram(scale)
        add(name, .histogram, help, labels, .histogram(histogram), hidesZero)
        return histogram
    }

    /// A gauge whose value is asked for when the page is made, on a thread that may block.
    package func gauge(
        _ name: String, _ help: String, _ labels: Labels = [:],
        asking value: @escaping @Sendable () -> Double?
    ) {
        add(name, .gauge, help, labels, .asked(value))
    }

    /// The same of what only grows.
    package func counter(
        _ name: String, _ help: String, _ labels: Labels = [:],
        asking value: @escaping @Sendable () -> Double?
    ) {
        add(name, .counter, help, labels, .asked(value))
    }

    private func add(
        _ name: String, _ kind: Family.Kind, _ help: String, _ labels: Labels, _ source: Source,
        _ hidesZero: Bool = false
    ) {
        let row = Row(
            labels: labels.map { (name: $0.key, value: $0.value) }, source: source,
            hidesZero: hidesZero)
        families.withLock { families in
            if let index = families.firstIndex(where: { $0.name == name }) {
                precondition(families[index].kind == kind, "\(name) is measured in two ways")
                families[index].add(row)
            } else {
                families.append(Family(name, kind, help))
                families[families.count - 1].add(row)
            }
        }
    }

    /// What can be read now, without the buckets of histograms. Asks what has to be asked: may block.
    package func figures() -> [(name: String, value: String)] {
        families.withLock { $0 }.flatMap { family in
            family.rows.flatMap { PrometheusPage.figures(family.name, $0, hasBuckets: false) }
        }
    }

    /// The page, in the text format of Prometheus. Asks what has to be asked: may block.
    package func page() -> String {
        var page = PrometheusPage()
        for family in families.withLock({ $0 }) { page.add(family) }
        return page.text
    }
}
