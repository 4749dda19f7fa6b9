internal import DaybookPlatform

/// What every server tells of its process, by the names that are usual for it.
enum ProcessMetrics {
    /// - Parameter startedAt: microseconds since 1970.
    static func register(in registry: MetricRegistry, startedAt: Int64) {
        registry.counter("process_cpu_seconds_total", "Time that processors spent, in seconds.") {
            Double(Host.cpuNanoseconds()) / 1e9
        }
        registry.gauge("process_resident_memory_bytes", "Memory that is held, in bytes.") {
            Host.residentBytes().map(Double.init)
        }
        registry.gauge("process_virtual_memory_bytes", "Memory that is mapped, in bytes.") {
            Host.virtualBytes().map(Double.init)
        }
        registry.gauge("process_open_fds", "File descriptors that are open.") {
            Host.openFileCount().map(Double.init)
        }
        registry.gauge("process_max_fds", "File descriptors that may be open.") {
            Double(Host.openFilesMax())
        }
        registry.gauge("process_threads", "Threads.") { Host.threadCount().map(Double.init) }
        registry.gauge("process_start_time_seconds", "When the process started, since 1970.") {
            Double(startedAt) / 1e6
        }
    }
}
