internal import DaybookPlatform

/// Shows how an import goes while it runs, and says how it went.
struct ImportProgress {
    private let size: Int?
    private let time: any TimeSource
    private var line: ProgressLine
    private let startedAt: Int64
    /// When the first event of this run was on its way, and how much of the source came before.
    private var began: (at: Int64, sourceBytes: Int)?

    init(_ size: Int?, _ errors: Output, _ time: any TimeSource) {
        self.size = size
        self.time = time
        line = ProgressLine(errors, time)
        startedAt = time.bootNanoseconds()
    }

    mutating func show(_ report: JournalImport.Report) {
        let now = time.bootNanoseconds()
        if !report.isChecking, began == nil { began = (now, report.sourceBytes) }
        let (size, began) = (size, began)
        line.update {
            let bar = size.map { " \(ProgressLine.bar(report.sourceBytes, of: $0))" } ?? ""
            guard let began, !report.isChecking else { return "checking what is imported" + bar }
            let seconds = Double(now - began.at) / 1e9
            let rate = Self.rate(report, seconds: seconds)
            var text = "import\(bar) \(Quantity.count(report.events)) events, \(rate)"
            let read = report.sourceBytes - began.sourceBytes
            if let size, read > 0 {
                let left = seconds * Double(max(0, size - report.sourceBytes)) / Double(read)
                text += ", \(Quantity.duration(seconds: left)) left"
            }
            return text
        }
    }

    /// Takes the line away and says how long it took.
    mutating func end() -> Double {
        line.clear()
        return Double(time.bootNanoseconds() - startedAt) / 1e9
    }

    /// `210,000 events/s, 71.2 MB/s`
    static func rate(_ report: JournalImport.Report, seconds: Double) -> String {
        let megabytes = Double(report.bytes) / max(seconds, 1e-6) / 1e6
        return "\(Quantity.rate(report.events, seconds: seconds)) events/s, "
            + "\(Quantity.decimal(megabytes)) MB/s"
    }
}
