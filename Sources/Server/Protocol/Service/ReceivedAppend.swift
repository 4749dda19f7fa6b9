internal import Daybook
internal import DaybookBytes
internal import DaybookDesk
internal import DaybookProtocol

/// An append as it came in: its events are records already.
struct ReceivedAppend {
    let journal: String
    let proposed: ProposedAppend

    /// - Throws: `invalid`, `tooLarge`, `busy`.
    init(_ bytes: RawSpan, _ incoming: IncomingBytes) throws(StoreError) {
        let sent = try V1.SentAppend(bytes)
        let proposed = ProposedAppend(incoming)
        proposed.terms = sent.terms
        if sent.termBytes > 0 {
            do throws(WriteRefusal) { try proposed.hold(termBytes: sent.termBytes) } catch {
                throw error.storeError
            }
        }
        try sent.forEachEvent { event, stream in
            do throws(WriteRefusal) { try proposed.add(event, to: stream) } catch {
                return error.storeError
            }
            return nil
        }
        journal = sent.journal
        self.proposed = proposed
    }
}
