package import DaybookHTTP

/// Counts connections and bytes.
package final class TransportMetrics: TransportObserver {
    private let open: Gauge
    private let accepted: Counter
    private let refused: Counter
    private let left: Counter
    private let ended: [Complaint.Cause: Counter]
    private let bytesReceived: Counter
    private let bytesSent: Counter

    init(_ registry: MetricRegistry) {
        open = registry.gauge("daybook_connections", "Connections that are open.")
        accepted = registry.counter(
            "daybook_connections_accepted_total", "Connections that were accepted.")
        refused = registry.counter(
            "daybook_connections_refused_total",
            "Connections that were not taken: too many, or refused by the system.")
        left = registry.counter(
            "daybook_connections_left_total",
            "Connections that clients ended with an alert of TLS, as without trust in the certificate."
        )
        ended = Dictionary(
            uniqueKeysWithValues: Complaint.Cause.allCases.map { cause in
                let counter = registry.counter(
                    "daybook_connections_ended_total",
                    "Connections that the server ended, by the cause.", ["cause": cause.rawValue])
                return (cause, counter)
            })
        bytesReceived = registry.counter(
            "daybook_received_bytes_total", "Bytes that came in from sockets.")
        bytesSent = registry.counter("daybook_sent_bytes_total", "Bytes that were sent.")
    }

    package func connected() {
        accepted.add()
        open.add(1)
    }
    package func turnedAway(because words: String) { refused.add() }
    package func disconnected() { open.add(-1) }
    package func ended(_ peer: String, _ complaint: Complaint) { ended[complaint.cause]?.add() }
    package func left(_ peer: String, because words: String) { left.add() }
    package func received(_ count: Int) { bytesReceived.add(count) }
    package func sent(_ count: Int) { bytesSent.add(count) }
}
