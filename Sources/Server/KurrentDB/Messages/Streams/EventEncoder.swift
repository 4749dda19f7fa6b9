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
            let count = about(event, metadata)
            messages.add { writer in
                writer.message(1, about: count + 16) { writer in
                    writer.message(1, about: count) { writer in
                        write(event, metadata, into: &writer)
                    }
                    if let link {
                        writer.message(2) { write(link, to: event, into: &$0) }
                    }
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
            _ link: Link, to event: EventView, as field: Int, into messages: inout GRPCMessages
        ) {
            messages.add { writer in
                writer.message(1) { writer in
                    writer.message(field) { write(link, to: event, into: &$0) }
                    writer.uint64(3, always: event.position)
                }
            }
        }

        /// About how many bytes an event takes: ids, numbers and keys are 150.
        private func about(_ event: EventView, _ metadata: RawSpan) -> Int {
            150 + event.streamBytes.byteCount + event.typeBytes.byteCount + metadata.byteCount
                + event.dataBytes.byteCount
        }

        private func write(
            _ event: EventView, _ metadata: RawSpan, into writer: inout ProtobufWriter
        ) {
            writer.uuid(1, event.id, form)
            writer.stream(2, event.streamBytes)
            writer.uint64(3, event.revision)
            writer.uint64(4, event.position)
            writer.uint64(5, event.position)
            writer.contentType(isJSON: event.isJSON)
            writer.created(event.recordedAt)
            writer.type(event.typeBytes)
            writer.span(7, metadata)
            writer.span(8, event.dataBytes)
        }

        /// A link is an event of the type `$>`, whose data are the place of the event: `3@order-7`. Its metadata say the
        /// commit and prepare position, the stream and the id of the event.
        private func write(
            _ link: Link, to event: EventView, into writer: inout ProtobufWriter
        ) {
            writer.uuid(1, link.id, form)
            writer.stream(2, link.stream)
            writer.uint64(3, link.ordinal)
            writer.uint64(4, event.position)
            writer.uint64(5, event.position)
            writer.contentType(isJSON: false)
            writer.created(event.recordedAt)
            writer.type(Self.linkType.rawSpan)
            writer.message(7, about: 110 + event.streamBytes.byteCount) { writer in
                writer.linkMetadata(to: event)
            }
            writer.message(8) { writer in
                writer.decimal(event.revision)
                writer.buffer.append(UInt8(ascii: "@"))
                writer.buffer.append(event.streamBytes)
            }
        }
    }
}
