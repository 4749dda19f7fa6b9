/// Whether a peer is still there that says nothing: after a while it is asked, and it ends where neither an answer comes
/// nor any of what it was sent is taken, so that one who reads slowly has the question late, but stays.
struct SilenceClock {
    enum Step: Hashable {
        case none, ask, end
    }

    private struct Question {
        var since: Int64
        /// Bytes that the peer had taken when it was looked at last.
        var taken: Int
    }

    private var heardAt: Int64
    private var question: Question?

    /// - Parameter now: milliseconds of the loop's clock, as everywhere here.
    init(at now: Int64) { heardAt = now }

    mutating func heard(at now: Int64) {
        heardAt = now
        question = nil
    }

    /// To be called about once a second.
    /// - Parameters:
    ///   - taken: Bytes that the peer has taken since the connection began; looked up where it is silent.
    ///   - silentSeconds: After so long it is asked.
    ///   - lostSeconds: And so long after that it ends.
    mutating func step(
        taken: @autoclosure () -> Int, at now: Int64, silentSeconds: Int, lostSeconds: Int
    ) -> Step {
        if now - heardAt <= Int64(silentSeconds) * 1_000 { return .none }
        let taken = taken()
        guard let question else {
            self.question = Question(since: now, taken: taken)
            return .ask
        }
        if question.taken != taken {
            self.question = Question(since: now, taken: taken)
            return .none
        }
        return now - question.since > Int64(lostSeconds) * 1_000 ? .end : .none
    }
}
