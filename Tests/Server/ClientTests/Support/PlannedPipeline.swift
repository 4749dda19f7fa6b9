import Daybook
import DaybookBytes
import DaybookGRPC
import DaybookProtocol

/// A pipeline that waits until so many appends have come, and then says what it was told to.
final class PlannedPipeline: GRPCMethod {
    struct Plan: Sendable {
        var count = 1
        /// Which of them it answers, one behind the other; the first is recorded at 11.
        var answered: [Int] = [0]
        /// Which of them it has no room for.
        var refused: [Int] = []
        /// How the call ends then; nil: it goes on.
        var status: GRPCStatus?
    }

    private let call: GRPCCall
    private let plan: Plan
    private let note: ([UInt8]) -> Void
    private var numbers: [UInt64] = []

    /// - Parameter note: Told of each append that comes.
    init(_ call: GRPCCall, _ plan: Plan, _ note: @escaping ([UInt8]) -> Void) {
        self.call = call
        self.plan = plan
        self.note = note
    }

    func message(_ bytes: borrowing RawSpan) throws(GRPCStatus) {
        let bytes = copy bytes
        note(bytes.copied())
        do throws(StoreError) { numbers.append(try V1.SentPipelined(bytes).number) } catch {
            throw V1.status(error)
        }
        if numbers.count != plan.count { return }
        for index in plan.refused {
            let busy = StoreError(
                .busy, "The append was not taken", why: "there is no room",
                remedy: "Try again later.")
            call.send { V1.encode(.failure(busy), number: numbers[index], into: &$0) }
        }
        for index in plan.answered {
            let position = 11 + Position(index)
            let appended = Appended(
                firstPosition: position, lastPosition: position, streams: [], isDuplicate: false)
            call.send { V1.encode(.success(appended), number: numbers[index], into: &$0) }
        }
        if let status = plan.status { call.finish(status) }
    }

    func end() { call.finish() }
}
