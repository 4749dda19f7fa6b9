internal import DaybookKurrentDB
internal import DaybookPlatform

/// What a server does when clients ask it to, beyond their calls.
struct ServerControl: NodeControl {
    let maintenance: Maintenance
    let registry: MetricRegistry
    /// For figures, which ask the system.
    let threads: IOThreads
    /// Called where the server is to end.
    let asked: @Sendable () -> Void

    func startCompaction() -> (id: String, isNew: Bool) { maintenance.startCompaction() }
    func stopCompaction(_ id: String) -> Bool { maintenance.stopCompaction(id) }
    func shutDown() { asked() }

    func figures(_ done: @escaping @Sendable ([Monitoring.StatsResponse.Figure]) -> Void) {
        // Whoever asks now gets none, and asks again.
        if threads.waitingCount >= RouteTable.waitingMax { return done([]) }
        let registry = registry
        threads.submit { done(registry.figures().map { .init($0.name, $0.value) }) }
    }
}
