internal import DaybookHTTP
package import DaybookPlatform
package import DaybookStore

/// All that a server measures.
package final class ServerMetrics: Sendable {
    package let registry = MetricRegistry()
    package let requests: RequestMetrics
    package let transport: TransportMetrics

    /// Events that appends recorded; repetitions are not counted again.
    package let eventsAppended: Counter
    package let appends: Counter
    /// From taking an append to its answer, which comes when it is durable.
    package let appendSeconds: Histogram
    package let appendEvents: Histogram
    package let eventsRead: Counter
    package let subscribers: Gauge
    /// Events of damaged parts of the index that are being made again.
    let eventsToIndexAgain: Gauge
    package let wakes: Counter
    private let time: any TimeSource

    /// - Parameter startedAt: of the process, in microseconds since 1970.
    package init(startedAt: Int64, time: any TimeSource) {
        self.time = time
        ProcessMetrics.register(in: registry, startedAt: startedAt)
        transport = TransportMetrics(registry)
        requests = RequestMetrics(registry, time: time)
        appends = registry.counter("daybook_appends_total", "Appends that were recorded.")
        eventsAppended = registry.counter(
            "daybook_events_appended_total", "Events that were recorded.")
        appendSeconds = registry.histogram(
            "daybook_append_duration_seconds", "From taking an append to its answer.", .seconds)
        appendEvents = registry.histogram(
            "daybook_append_events", "Events of an append.", .counts)
        eventsRead = registry.counter(
            "daybook_events_read_total", "Events that were sent to readers and subscribers.")
        wakes = registry.counter(
            "daybook_subscription_wakes_total",
            "Subscriptions at the head that went on because something came that may concern them.")
        subscribers = registry.gauge(
            "daybook_subscribers",
            "Subscriptions under way, and clients that are told figures again and again.")
        eventsToIndexAgain = registry.gauge(
            "daybook_index_remaking_events",
            "Events of a damaged part of the index that is being made again: those still to be read."
        )
    }

    /// Counts an append that was recorded.
    package func appended(events: Int, nanoseconds: Int64) {
        appends.add()
        eventsAppended.add(events)
        appendEvents.record(Int64(events))
        appendSeconds.record(nanoseconds)
    }

    /// Tells of a store, too, as long as it is open.
    package func watch(_ store: EmbeddedStore) {
        let condition = RecentCondition(store, time: time)
        func gauge(
            _ name: String, _ help: String,
            _ value: @escaping @Sendable (JournalCondition) -> UInt64
        ) {
            registry.gauge(name, help, ["journal": store.journalName]) {
                Double(value(condition.now()))
            }
        }
        gauge("daybook_journal_head_position", "The last position that can be read.") {
            $0.position
        }
        gauge("daybook_journal_used_bytes", "Bytes that frames take.") { $0.usedBytes }
        gauge("daybook_journal_file_bytes", "Bytes that segments take on the device.") {
            $0.fileBytes
        }
        gauge("daybook_journal_segments", "Segments.") { UInt64($0.segments) }
        gauge("daybook_index_bytes", "Bytes that the index takes on the device.") { $0.indexBytes }
        gauge("daybook_index_lag_events", "Events whose index is in memory only.") {
            $0.eventsIndexedInMemory
        }
        gauge("daybook_journal_poisoned", "1: a write or sync failed, and no more is appended.") {
            $0.failure == nil ? 0 : 1
        }
    }
}
