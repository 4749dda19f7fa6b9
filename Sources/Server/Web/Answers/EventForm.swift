internal import Daybook
internal import DaybookBytes
internal import DaybookLines

/// How an event is written in JSON, without a line break.
protocol EventForm: AnyObject {
    func write(_ event: borrowing EventView, into writer: inout ByteWriter) throws
}

/// As the command prints it.
final class PlainForm: EventForm {
    private var line = EventLine(.readable)

    func write(_ event: borrowing EventView, into writer: inout ByteWriter) throws {
        try line.encode(event, into: &writer)
    }
}
