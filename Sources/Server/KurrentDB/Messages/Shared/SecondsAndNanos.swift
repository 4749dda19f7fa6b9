package import Daybook
package import DaybookProtobuf

/// Seconds and nanoseconds: of an instant since 1970, or of a span of time (`Timestamp` and `Duration` of
/// `google.protobuf`).
///
/// ```
/// 1  int64  seconds
/// 2  int32  nanoseconds
/// ```
package struct SecondsAndNanos: ProtobufDecodable, ProtobufEncodable, Hashable, Sendable {
    package var seconds: Int64 = 0
    package var nanos: Int32 = 0

    package init() {}

    package init(_ instant: Timestamp) {
        let (seconds, rest) = instant.microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        // Nanoseconds count forwards, also before 1970.
        self.seconds = rest < 0 ? seconds - 1 : seconds
        nanos = Int32(rest < 0 ? rest + 1_000_000 : rest) * 1_000
    }

    /// As many microseconds as there are, the least or greatest where there is no room for them.
    package var microseconds: Int64 {
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        if overflow { return seconds < 0 ? .min : .max }
        let (sum, overflows) = product.addingReportingOverflow(Int64(nanos) / 1_000)
        return overflows ? (seconds < 0 ? .min : .max) : sum
    }

    package mutating func decode(
        field: Int, from reader: inout ProtobufReader
    ) throws(ProtobufError) {
        switch field {
        case 1: seconds = try reader.int64()
        case 2: nanos = try reader.int32()
        default: break
        }
    }

    package func encode(into writer: inout ProtobufWriter) {
        writer.int64(1, seconds)
        writer.int64(2, Int64(nanos))
    }
}
