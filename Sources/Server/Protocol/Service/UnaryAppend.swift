internal import Daybook
internal import DaybookBytes
internal import DaybookDesk
internal import DaybookGRPC
internal import DaybookHTTP
internal import DaybookProtocol

/// An `Append`: taken apart as soon as it is there, and recorded when it is sure that nothing follows.
final class UnaryAppend: GRPCMethod {
    private let call: GRPCCall
    private let desks: JournalDesks
    private var append: ReceivedAppend?

    init(_ call: GRPCCall, _ desks: JournalDesks) {
        self.call = call
        self.desks = desks
    }

    func message(_ bytes: borrowing RawSpan) throws(GRPCStatus) {
        let bytes = copy bytes
        if append != nil { throw .oneMessage }
        do throws(StoreError) {
            append = try ReceivedAppend(bytes, desks.first.appends.incoming(call.connection))
        } catch {
            throw V1.status(error)
        }
    }

    var awaitsRest: Bool { append != nil }

    func end() throws(GRPCStatus) {
        guard let append = append.take() else { throw .oneMessage }
        let call = call
        desks.find(append.journal, on: call.loop) { found in
            switch found {
            case .failure(let error): call.finish(V1.status(error))
            case .success(let desk):
                if call.isOver { return }
                desk.appends.submit(
                    append.proposed, on: call.loop, for: call, isOver: call.isOver
                ) { call, result in
                    switch result {
                    case .success(let appended): call.reply { appended.encode(into: &$0) }
                    case .failure(let error): call.finish(V1.status(error))
                    }
                }
            }
        }
    }
}
