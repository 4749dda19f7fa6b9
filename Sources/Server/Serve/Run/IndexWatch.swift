internal import DaybookJournal
internal import DaybookPlatform

/// Tells the log and a figure of damaged parts of the index that are made again while the store is open.
struct IndexWatch: Sendable {
    private let left: Gauge
    private let log: Log
    private let pace: ProgressPace

    init(_ left: Gauge, _ log: Log, _ time: any TimeSource) {
        self.left = left
        self.log = log
        pace = ProgressPace(time)
    }

    /// Hears how it goes.
    func hear(_ remaking: IndexRemaking) {
        switch remaking {
        case .underWay(let done, let all):
            left.set(Int(all - done))
            if done == 0 {
                log.warning(
                    "a part of the index is damaged or gone, and made again",
                    ["events": .count(all)])
            } else if pace.isDue() {
                log.info(
                    "a part of the index is made again",
                    ["events": .count(done), "of": .count(all)])
            }
        case .done(let all):
            left.set(0)
            log.info("a part of the index was made again", ["events": .count(all)])
        case .failed(let why):
            left.set(0)
            log.error(
                "a part of the index could not be made again; it is tried again when it is needed",
                ["why": .text(why)])
        }
    }
}
