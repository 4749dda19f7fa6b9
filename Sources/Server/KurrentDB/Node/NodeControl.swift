/// What a server does beyond answering calls, when whoever looks after it asks it to. Called on any thread; nothing waits.
package protocol NodeControl: Sendable {
    /// Begins to give back the room of what is deleted or not kept, unless that is under way.
    /// - Returns: the id of what is under way now, and whether it was begun by this call.
    func startCompaction() -> (id: String, isNew: Bool)
    /// Ends what was begun under the id; what is done stays done.
    /// - Returns: false where nothing of this id is under way.
    func stopCompaction(_ id: String) -> Bool
    /// Has the server end in good order.
    func shutDown()
    /// Asks for the figures of the server.
    /// - Parameter done: called once, here or on another thread.
    func figures(_ done: @escaping @Sendable ([Monitoring.StatsResponse.Figure]) -> Void)
}
