import Daybook
import DaybookKurrentDB
import DaybookProtobuf

// Messages of the newer protocol.

/// An event to be appended.
func record(
    _ type: String = "deposited", stream: String = "", user: String = "kim", data: String = "{}",
    id: EventID = EventID()
) -> [UInt8] {
    message { writer in
        writer.string(1, id.description)
        writer.message(2) { writer in
            writer.string(1, "user")
            writer.message(2) { $0.string(3, user) }
        }
        writer.message(3) { writer in
            writer.uint64(1, 1)
            writer.string(2, type)
        }
        writer.string(4, data)
        writer.string(5, stream)
    }
}

/// A message of an `AppendSession`.
func part(_ stream: String, _ records: [[UInt8]], expected: Int64? = nil) -> [UInt8] {
    message { writer in
        writer.string(1, stream)
        for record in records { writer.array(2, record) }
        if let expected { writer.sint64(3, always: expected) }
    }
}

/// An `AppendRecords`.
func records(
    _ records: [[UInt8]], checks: [(stream: String, expected: Int64)] = []
) -> [UInt8] {
    message { writer in
        for record in records { writer.array(1, record) }
        for check in checks {
            writer.message(2) { writer in
                writer.message(1) { writer in
                    writer.string(1, check.stream)
                    writer.sint64(2, check.expected)
                }
            }
        }
    }
}
