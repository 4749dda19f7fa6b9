package import Daybook
package import DaybookProtobuf

extension StreamState {
    package func encode(into writer: inout ProtobufWriter) {
        let (kind, last): (UInt64, Revision?) =
            switch self {
            case .never: (1, nil)
            case .onlyMetadata: (2, nil)
            case .live(let last): (3, last)
            case .softDeleted(let last): (4, last)
            case .tombstoned(let last): (5, last)
            }
        writer.uint64(1, kind)
        if let last { writer.uint64(2, always: last) }
    }
}

extension StreamInfo {
    package func encode(into writer: inout ProtobufWriter) {
        writer.string(1, name)
        writer.message(2) { state.encode(into: &$0) }
        writer.uint64(3, firstRevision)
        if let lastPosition { writer.uint64(4, always: lastPosition) }
    }
}

extension V1 {
    /// A `StreamState`.
    package struct SentState: ProtobufDecodable {
        private var kind: UInt64 = 0
        private var last: Revision?

        package init() {}

        package mutating func decode(
            field: Int, from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            switch field {
            case 1: kind = try reader.uint64()
            case 2: last = try reader.uint64()
            default: break
            }
        }

        /// Nil for a kind that is not known here.
        package var state: StreamState? {
            switch (kind, last) {
            case (1, _): .never
            case (2, _): .onlyMetadata
            case (3, let last?): .live(last: last)
            case (4, let last?): .softDeleted(last: last)
            case (5, let last): .tombstoned(last: last)
            default: nil
            }
        }
    }

    /// A `StreamInfo`.
    package struct SentInfo: ProtobufDecodable {
        private var name = ""
        private var state: SentState?
        private var firstRevision: Revision = 0
        private var lastPosition: Position?

        package init() {}

        package mutating func decode(
            field: Int, from reader: inout ProtobufReader
        ) throws(ProtobufError) {
            switch field {
            case 1: name = try reader.string()
            case 2: try reader.merge(into: &state)
            case 3: firstRevision = try reader.uint64()
            case 4: lastPosition = try reader.uint64()
            default: break
            }
        }

        /// Nil where its state is not known here.
        package var info: StreamInfo? {
            state?.state.map {
                StreamInfo(
                    name: name, state: $0, firstRevision: firstRevision, lastPosition: lastPosition)
            }
        }
    }
}
