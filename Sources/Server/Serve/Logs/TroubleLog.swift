package import Daybook
internal import DaybookPlatform
internal import Synchronization

/// Tells the log of failures of the store that somebody has to look after, however many requests meet them.
package final class TroubleLog: Sendable {
    private let log: Log
    private let time: any TimeSource
    private let meter = Mutex(TroubleMeter())

    init(_ log: Log, _ time: any TimeSource) {
        self.log = log
        self.time = time
    }

    /// Hears of any error of the store; those that only concern a request are passed over.
    package func note(_ error: StoreError) {
        let now = time.bootNanoseconds()
        guard let untold = meter.withLock({ $0.admits(error.code, at: now) }) else { return }
        log.error(
            "the store failed",
            [
                "code": .text(error.code.description), "what": .text(error.what),
                "why": .text(error.why), "remedy": .text(error.remedy),
                "place": .text(error.place ?? ""), "untold": .count(untold),
            ])
    }
}

/// Decides which failures are told.
struct TroubleMeter {
    /// Failures that do not come from what was asked.
    private static let kinds: Set<StoreError.Code> = [
        .poisoned, .outcomeUnknown, .corrupt, .inputOutput, .diskFull,
    ]

    private var meter = TellingMeter<StoreError.Code>()

    /// How many of the kind were not told since the last one; nil: this one is not to be told either.
    mutating func admits(_ code: StoreError.Code, at now: Int64) -> Int? {
        Self.kinds.contains(code) ? meter.admits(code, at: now) : nil
    }
}

/// Decides what is told: of each kind one in a while.
struct TellingMeter<Kind: Hashable> {
    /// Between two of a kind that are told.
    static var pauseNanoseconds: Int64 { 10_000_000_000 }

    private var told: [Kind: (at: Int64, untold: Int)] = [:]

    /// How many of the kind were not told since the last one; nil: this one is not to be told either.
    mutating func admits(_ kind: Kind, at now: Int64) -> Int? {
        if let last = told[kind], now - last.at < Self.pauseNanoseconds {
            told[kind] = (last.at, last.untold + 1)
            return nil
        }
        let untold = told[kind]?.untold ?? 0
        told[kind] = (now, 0)
        return untold
    }
}
