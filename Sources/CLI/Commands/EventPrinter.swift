internal import Daybook

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

    mutating func print(_ batch: EventBatch, upTo count: Int) throws {
        for index in 0..<count {
            if let row {
                try output.line(row.line(batch[index]))
            } else {
                try output.write(try line.encode(batch.view(at: index)))
            }
        }
    }

    mutating func print(_ event: RecordedEvent) throws {
        if let row {
            try output.line(row.line(event))
        } else {
            let batch = EventBatch([event])
            try output.write(try line.encode(batch.view(at: 0)))
        }
    }
}
