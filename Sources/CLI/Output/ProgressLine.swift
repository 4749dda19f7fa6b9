internal import DaybookPlatform

/// One line on a terminal that is written over and over; nothing where no person looks.
struct ProgressLine {
    /// Time between two drawings: more often is not seen.
    private static let pauseNanoseconds: Int64 = 100_000_000

    private let output: Output
    private let time: any TimeSource
    private var drawnAt: Int64?

    init(_ output: Output, _ time: any TimeSource) {
        self.output = output
        self.time = time
    }

    /// Draws what `text` says, if it is time to.
    mutating func update(_ text: () -> String) {
        guard output.isTerminal else { return }
        let now = time.bootNanoseconds()
        if let drawnAt, now - drawnAt < Self.pauseNanoseconds { return }
        drawnAt = now
        draw(text())
    }

    /// Takes the line away.
    mutating func clear() {
        guard output.isTerminal, drawnAt != nil else { return }
        drawnAt = nil
        draw("")
    }

    // What cannot be drawn is not worth stopping for.
    private func draw(_ text: String) {
        try? output.write("\r\u{1B}[K" + text.shortened(to: (output.columns ?? 80) - 1))
        try? output.flush()
    }

    /// `[█████▌    ]  55.0 %`
    static func bar(_ part: Int, of whole: Int) -> String {
        let share = whole > 0 ? Double(part) / Double(whole) : 1
        let bar = Quantity.bar(share, width: 24).padded(to: 24)
        return "[\(bar)] \(Quantity.percent(part, of: whole).paddedLeft(to: 7))"
    }
}
