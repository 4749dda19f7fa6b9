internal import Daybook
internal import DaybookLines

/// Prints events, for people or as lines of JSON.
struct EventPrinter: ~Copyable {
    private let output: Output
    private let row: EventRow?
    private var line = EventLine(.readable)

    init(_ invocation: Invocation) {
        output = invocation.output
        row =
            invocation.isJSON
            ? nil : EventRow(output, showsOccurred: invocation.arguments.has("occurred"))
    }

    /// Prints one event of a batch.
    mutating func print(_ batch: EventBatch, at index: Int) throws {
        if let row {
            try output.line(row.line(batch[index]))
        } else {
            try output.write(try line.encode(batch.view(at: index)))
        }
    }
}
