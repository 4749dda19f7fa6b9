package import Daybook
internal import DaybookBytes
package import DaybookGRPC
internal import DaybookProtobuf

extension Streams {
    /// Writes events as messages of the answer to a `Read`, from the records in which they lie.
    ///
    /// ```
    /// 1  message  event: 1 message the event, 2 message the link by which it was found, 3 uint64 commit
    ///             position, and an event is
    ///               1  message      id
    ///               2  message      name of its stream
    ///               3  uint64       revision
    ///               4  uint64       prepare position
    ///               5  uint64       commit position
    ///               6  map of text  type, content-type, created (units of 100 ns since 1970, in decimal)
    ///               7  bytes        metadata
    ///               8  bytes        data
    /// ```
    package struct EventEncoder: Sendable {
        /// An entry of a system's stream that points to an event: not recorded anywhere, made when it is read.
        package struct Link: Hashable, Sendable {
            package var id: EventID
            /// The system's stream.
            package var stream: String
            /// Its place in that stream.
            package var ordinal: UInt64

            package init(id: EventID, stream: String, ordinal: UInt64) {
                self.id = id
                self.stream = stream
                self.ordinal = ordinal
            }
        }

        private static let linkType = Array("$>".utf8)

        private let form: UUIDForm

        package init(_ form: UUIDForm) { self.form = form }

        /// Adds an event with the metadata that were recorded with it.
        package func add(_ event: EventView, to messages: inout GRPCMessages) {
            add(event, metadata: event.metadataBytes, to: &messages)
        }

        /// - Parameters:
        ///   - metadata: What is sent as the metadata of the event.
        ///   - link: By which it was found; the event is sent with it.
        package func add(
            _ event: EventView, metadata: RawSpan, link: Link? = nil,
            to messages: inout GRPCMessages
        ) {
            let fields = SentEvent(event, metadata: metadata)
            // What is sent beside them takes less than what a record has beside them.
            let count = event.record.byteCount + metadata.byteCount
            messages.add { writer in
                writer.message(1, about: count) { writer in
                    fields.write(1, form, into: &writer.buffer)
                    if let link { write(link, to: event, as: 2, into: &writer) }
                    writer.uint64(3, always: event.position)
                }
            }
        }

        /// Adds a link in the place of the event that it points to.
        package func add(_ link: Link, to event: EventView, into messages: inout GRPCMessages) {
            add(link, to: event, as: 1, into: &messages)
        }

        /// Adds a link that could not be followed: where the event would be is nothing.
        package func add(
            unresolved link: Link, to event: EventView, into messages: inout GRPCMessages
        ) {
            add(link, to: event, as: 2, into: &messages)
        }

        private func add(
            _ link: Link, to event: EventView, as field: UInt8, into messages: inout GRPCMessages
        ) {
            messages.add { writer in
                writer.message(1) { writer in
                    write(link, to: event, as: field, into: &writer)
                    writer.uint64(3, always: event.position)
                }
            }
        }

        /// A link is an event of the type `$>`, whose data are the place of the event: `3@order-7`. Its metadata say the
        /// commit and prepare position, the stream and the id of the event.
        private func write(
            _ link: Link, to event: EventView, as field: UInt8, into writer: inout ProtobufWriter
        ) {
            var metadata = ByteWriter()
            metadata.appendLinkMetadata(to: event)
            var data = ByteWriter()
            data.append(DecimalDigits(event.revision).bytes)
            data.append(UInt8(ascii: "@"))
            data.append(event.streamBytes)
            let stream = Array(link.stream.utf8)
            SentEvent(
                inPlaceOf: event, id: link.id, stream: stream.rawSpan, revision: link.ordinal,
                type: Self.linkType.rawSpan, metadata: metadata.bytes, data: data.bytes
            )
            .write(field, form, into: &writer.buffer)
        }
    }
}

extension ByteWriter {
    /// `{"$c":77,"$p":77,"$o":"order-7","$causedBy":"…"}`, of the event to which a link leads.
    fileprivate mutating func appendLinkMetadata(to event: EventView) {
        let position = DecimalDigits(event.position)
        append(#"{"$c":"#)
        append(position.bytes)
        append(#","$p":"#)
        append(position.bytes)
        append(#","$o":""#)
        appendEscaped(event.streamBytes)
        append(#"","$causedBy":""#)
        append(upTo: ByteRoom.uuidBytes) { $0.append(event.id) }
        append(#""}"#)
    }

    /// A name as it stands in JSON: no name has control characters.
    private mutating func appendEscaped(_ name: RawSpan) {
        for index in 0..<name.byteCount {
            let byte = name.u8(at: index)
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                append(UInt8(ascii: "\\"))
            }
            append(byte)
        }
    }
}
