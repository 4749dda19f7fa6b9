internal import DaybookHTTP

/// Counts connections and bytes.
package final class TransportMetrics: TransportObserver {
    private let open: Gauge
    private let accepted: Counter
    private let refused: Counter
    private let floods: Counter
    private let bytesReceived: Counter
    private let bytesSent: Counter
    private let tell: @Sendable (_ peer: String, _ what: String) -> Void

    /// - Parameter tell: Told of each connection that is ended for a flood.
    init(
        _ registry: MetricRegistry,
        tell: @escaping @Sendable (_ peer: String, _ what: String) -> Void
    ) {
        self.tell = tell
        open = registry.gauge("daybook_connections", "Connections that are open.")
        accepted = registry.counter(
            "daybook_connections_accepted_total", "Connections that were accepted.")
        refused = registry.counter(
            "daybook_connections_refused_total", "Connections closed at once, being too many.")
        floods = registry.counter(
            "daybook_connections_flooded_total",
            "Connections that were ended, as their peers sent what costs much and is of no use.")
        bytesReceived = registry.counter(
            "daybook_received_bytes_total", "Bytes that came in from sockets.")
        bytesSent = registry.counter("daybook_sent_bytes_total", "Bytes that were sent.")
    }

    package func connected() {
        accepted.add()
        open.add(1)
    }
    package func turnedAway() { refused.add() }
    package func disconnected() { open.add(-1) }
    package func flooded(by peer: String, _ what: String) {
        floods.add()
        tell(peer, what)
    }
    package func received(_ count: Int) { bytesReceived.add(count) }
    package func sent(_ count: Int) { bytesSent.add(count) }
}
