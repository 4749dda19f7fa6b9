package import Daybook
internal import DaybookBytes
package import DaybookGRPC
package import DaybookProtobuf

extension StoreError.Code {
    /// The number of gRPC's status for it.
    fileprivate var status: GRPCStatus.Code {
        switch self {
        case .wrongRevision, .conflict, .streamDeleted, .wrongToken, .conditionTooOld,
            .wrongCheckpoint, .readOnly:
            .failedPrecondition
        case .partialDuplicate: .alreadyExists
        case .streamNotFound, .notFound: .notFound
        case .invalid, .tooLarge: .invalidArgument
        case .diskFull, .busy: .resourceExhausted
        case .closed, .poisoned, .locked: .unavailable
        case .outcomeUnknown: .unknown
        case .corrupt: .dataLoss
        case .cancelled: .cancelled
        default: .internal
        }
    }
}

extension V1 {
    private static let errorType = "daybook.v1.StoreError"
    /// What of `what` and `why` is sent as the message of a status, twice; all of them stand in the error.
    private static let messageBytesMax = 512

    /// The status with which a call ends.
    package static func status(_ error: StoreError) -> GRPCStatus {
        let message = "\(error.what): \(error.why)".cut(toBytes: messageBytesMax)
        let code = error.code.status
        let detail = AnyMessage(errorType) { error.encode(into: &$0) }
        // Clients compare the message with that of the status.
        let status = RPCStatus(code: code.rawValue, message: message, details: [detail])
        return GRPCStatus(code, message, details: status.encoded())
    }

    /// The error in the details of a status (`grpc-status-details-bin`); nil where there is none.
    package static func error(inDetails bytes: RawSpan) -> StoreError? {
        var reader = ProtobufReader(bytes)
        do throws(ProtobufError) {
            while let field = try reader.next() {
                if field != 3 { continue }
                var detail = try reader.message()
                var isError = false
                var value = 0..<0
                while let field = try detail.next() {
                    switch field {
                    case 1: isError = try detail.string() == "type.googleapis.com/" + errorType
                    case 2: value = try detail.place()
                    default: break
                    }
                }
                if isError { return try SentError.decoded(from: bytes.extracting(value)).error }
            }
        } catch {
            return nil
        }
        return nil
    }

    /// A `StoreError`.
    package struct SentError: ProtobufDecodable {
        private var texts = ["", "", "", ""]
        private var place: String?
        private var stream: String?
        private var actual: SentState?
        private var position: Position?
        private var systemError: Int32?

        package init() {}

        package mutating func decode(
            field: Int, from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            switch field {
            case 1...4: texts[field - 1] = try reader.string()
            case 5: place = try reader.string()
            case 6: stream = try reader.string()
            case 7: try reader.merge(into: &actual)
            case 8: position = try reader.uint64()
            case 9: systemError = try reader.int32()
            default: break
            }
        }

        package var error: StoreError {
            StoreError(
                StoreError.Code(texts[0]), texts[1], why: texts[2], remedy: texts[3], place: place,
                stream: stream, actual: actual?.state, position: position, systemError: systemError)
        }
    }

    /// What is answered to bytes that are no message of their kind.
    static func malformed(_ error: ProtobufError) -> StoreError {
        .invalid(
            "The request is no message of its kind", why: error.description,
            remedy: "Make it from the .proto files of this version.")
    }

    /// Takes a request apart.
    package static func decoded<Message: ProtobufDecodable>(
        _ bytes: RawSpan, as type: Message.Type = Message.self
    ) throws(StoreError) -> Message {
        do throws(ProtobufError) { return try Message.decoded(from: bytes) } catch {
            throw malformed(error)
        }
    }
}

extension StoreError {
    /// Whether nothing was taken for now, and the same may be asked again: what stands behind it is not to overtake it.
    package var isForNow: Bool { [.busy, .closed, .locked].contains(code) }

    /// Writes it as a message.
    package func encode(into writer: inout ProtobufWriter) {
        writer.string(1, code.description)
        writer.string(2, what)
        writer.string(3, why)
        writer.string(4, remedy)
        if let place { writer.string(5, always: place) }
        if let stream { writer.string(6, always: stream) }
        if let actual { writer.message(7) { actual.encode(into: &$0) } }
        if let position { writer.uint64(8, always: position) }
        if let systemError { writer.int64(9, always: Int64(systemError)) }
    }
}
