internal import Daybook
internal import DaybookDesk
internal import DaybookGRPC
internal import DaybookHTTP
internal import DaybookStore

/// An `Append`: the options come first, the events after them, one answer when all are there.
final class AppendCall: GRPCMethod {
    private let call: GRPCCall
    private let desk: WritingDesk
    private var options: Streams.StreamOptions?
    /// Nil once it was handed to the store.
    private var proposed: ProposedAppend?

    init(_ call: GRPCCall, _ desk: WritingDesk) {
        self.call = call
        self.desk = desk
        proposed = ProposedAppend(desk.incoming(call))
    }

    func message(_ bytes: borrowing RawSpan) throws(GRPCStatus) {
        var request = try Streams.AppendRequest.received(bytes)
        switch request.content.take() {
        case .options(let options):
            guard self.options == nil else { throw Self.order }
            guard let expected = options.expected else { throw .nothingExpected }
            // It is held until the append is whole.
            do throws(StoreError) { try StreamName.validateWritten(options.stream) } catch {
                throw GRPCStatus(error, stream: options.stream, expected: expected)
            }
            self.options = options
            proposed?.expect(expected.condition, of: options.stream)
        case .event(let event):
            guard let options else { throw Self.order }
            do throws(WriteRefusal) {
                try proposed?.add(event, of: bytes, to: options.stream)
            } catch {
                throw error.status(options.stream, options.expected)
            }
        case nil: throw Self.order
        }
    }

    var awaitsRest: Bool { proposed?.isEmpty == false }

    func end() throws(GRPCStatus) {
        guard let options, let proposed = proposed.take() else { throw Self.order }
        if proposed.isEmpty {
            let bound = LoopBound(self, on: call.loop)
            let condition = options.expected?.condition ?? .any
            return desk.look(at: options.stream, expecting: condition) { result in
                bound.post { $0.looked(result) }
            }
        }
        desk.submit(proposed, of: call, for: self) { $0.answer($1) }
    }

    private func answer(_ result: Result<Appended, StoreError>) {
        switch result {
        case .success(let appended):
            reply(.success(revision: appended.revision, position: appended.lastPosition))
        case .failure(let error): refuse(error)
        }
    }

    private func looked(_ result: Result<Revision?, StoreError>) {
        switch result {
        case .success(let last): reply(.success(revision: last, position: nil))
        case .failure(let error): refuse(error)
        }
    }

    /// Another revision than expected is an answer like others; what else fails is a status.
    private func refuse(_ error: StoreError) {
        guard let options, let expected = options.expected else { return }
        let isOther = error.code == .wrongRevision || error.code == .partialDuplicate
        if isOther, !error.isDeletion(expected) {
            reply(.wrongRevision(expected: expected, current: error.actual?.last))
        } else {
            call.finish(GRPCStatus(error, stream: options.stream, expected: expected))
        }
    }

    private func reply(_ response: Streams.AppendResponse) { call.reply(response) }

    private static var order: GRPCStatus {
        GRPCStatus(.invalidArgument, "an append is one message of options, and then events")
    }
}

extension GRPCStatus {
    static var nothingExpected: GRPCStatus {
        GRPCStatus(.invalidArgument, "the request does not say what it expects of the stream")
    }
}
