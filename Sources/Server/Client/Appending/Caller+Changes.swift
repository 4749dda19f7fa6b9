internal import Daybook
internal import DaybookBytes
internal import DaybookProtobuf
internal import DaybookProtocol

extension Caller {
    /// Makes a call that records something: again only where that is safe.
    /// - Parameters:
    ///   - what: What it records, in words.
    ///   - before: A position that is known to be there.
    /// - Throws: `outcomeUnknown` where it may have been recorded and cannot be found out; what the server refuses; as
    ///   `lookUp` where it is known that nothing was recorded.
    func change(
        _ path: String, _ message: [UInt8], _ rule: RepeatRule, _ what: String,
        after before: Position, journal: String
    ) async throws(StoreError) -> [UInt8] {
        var patience = Patience(self)
        /// Why a try may have been recorded that was not answered.
        var doubt: StoreError?
        while true {
            var result: Result<[UInt8], CallTrouble>
            if doubt != nil, rule == .withinWindow {
                result = await checkWindow(rule, after: before, journal, within: patience)
                if case .success = result { result = await ask(path, message, within: patience) }
            } else {
                result = await ask(path, message, within: patience)
            }
            let trouble: CallTrouble
            switch result {
            case .success(let bytes): return bytes
            case .failure(let failure): trouble = failure
            }
            switch trouble {
            case .final(let error):
                throw error.isDecision ? error : unknown(what, rule, doubt) ?? error
            case .late(let error, let isUnbegun):
                if !isUnbegun { doubt = doubt ?? error }
                throw unknown(what, rule, doubt) ?? error
            case .away(let error, let isUnbegun):
                if !isUnbegun { doubt = doubt ?? error }
                if doubt != nil, rule == .never { throw unknown(what, rule, doubt) ?? error }
                guard await patience.pause(on: channel) else {
                    throw unknown(what, rule, doubt) ?? error
                }
            }
        }
    }

    /// Whether the server still looks for an earlier try where that would stand.
    private func checkWindow(
        _ rule: RepeatRule, after before: Position, _ journal: String, within patience: Patience
    ) async -> Result<[UInt8], CallTrouble> {
        let request = V1.NamedRequest(journal: journal).encoded()
        let answer = await ask(V1.getHead, request, within: patience)
        guard case .success(let bytes) = answer else { return answer }
        do throws(StoreError) {
            let head: V1.HeadResponse = try decoded(bytes)
            if rule.allows(from: before, to: head.position) { return answer }
            return .failure(.final(.windowPassed(server)))
        } catch {
            return .failure(.final(error))
        }
    }

    private func unknown(_ what: String, _ rule: RepeatRule, _ doubt: StoreError?) -> StoreError? {
        doubt.map { .unknownOutcome(what, why: $0.why, rule, server) }
    }
}

extension StoreError {
    /// Whether the server decided on the append by its ids and conditions: then no earlier try was recorded, or it would
    /// have been answered as that.
    var isDecision: Bool {
        switch code {
        case .wrongRevision, .conflict, .streamDeleted, .wrongToken, .partialDuplicate, .invalid,
            .tooLarge, .outcomeUnknown:
            true
        default: false
        }
    }

    static func windowPassed(_ server: ServerAddress) -> StoreError {
        .unreachable("too much was recorded since to find an earlier try", server)
    }

    /// It is not known whether something was recorded.
    static func unknownOutcome(
        _ what: String, why reason: String, _ rule: RepeatRule, _ server: ServerAddress
    ) -> StoreError {
        let remedy =
            switch rule {
            case .always: "Append it again with the same ids: it is recorded once."
            case .withinWindow:
                "Append it again with the same ids soon: among the last \(Limits.idempotencyWindow) "
                    + "positions it is recognised; else look for its events first."
            case .never: "Look at the store whether it was, before you do it again."
            }
        return StoreError(
            .outcomeUnknown, "It is not known whether \(what) was recorded",
            why: "it was sent, and no answer came: \(reason)", remedy: remedy, place: server.text)
    }
}
