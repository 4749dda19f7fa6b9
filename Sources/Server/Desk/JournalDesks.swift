package import Daybook
package import DaybookHTTP
package import DaybookStore
internal import Synchronization

/// The journals of the store that a server serves: one that it was started with, and others, each opened when somebody
/// first names it. None is made.
package final class JournalDesks: Sendable {
    package typealias Found = @Sendable (Result<StoreDesk, StoreError>) -> Void

    private struct State {
        var open: [String: StoreDesk] = [:]
        /// Those who wait for a journal, by its name.
        var waiting: [String: [Found]] = [:]
        /// Names to be opened one after the other, as an opening takes a thread and reads from the device.
        var queue: [String] = []
        var isOpening = false
    }

    /// The one that the server was started with.
    package let first: StoreDesk
    /// The names of all journals of the store, in order.
    package let names: SharedFinding<[String]>
    /// The same, each with its end: those that are not open are opened for a moment.
    package let listing: SharedFinding<[JournalInfo]>
    private let surroundings: StoreDesk.Surroundings
    private let state = Mutex(State())

    package init(_ store: EmbeddedStore, _ surroundings: StoreDesk.Surroundings) {
        first = StoreDesk(store, surroundings)
        self.surroundings = surroundings
        names = SharedFinding(note: surroundings.note) { () async throws(StoreError) in
            try await store.journalNames()
        }
        listing = SharedFinding(note: surroundings.note) { () async throws(StoreError) in
            try await store.journals()
        }
    }

    /// The journal of a name where it is open; the first one where the name is empty.
    package subscript(name: String) -> StoreDesk? {
        if name.isEmpty || name.isSpelled(as: first.store.journalName) { return first }
        return state.withLock { $0.open[name] }
    }

    /// Opens a journal.
    /// - Parameter found: called once, here or on another thread. `invalid`, `notFound`, and what else keeps a journal
    ///   from being opened.
    package func open(_ name: String, found: @escaping Found) {
        if let desk = self[name] { return found(.success(desk)) }
        do throws(StoreError) { try JournalName.validate(name) } catch {
            return found(.failure(error))
        }
        let (desk, isFirst) = state.withLock { state -> (StoreDesk?, Bool) in
            // It may have been opened since it was looked for; none is opened twice.
            if let desk = state.open[name] { return (desk, false) }
            if state.waiting[name] == nil { state.queue.append(name) }
            state.waiting[name, default: []].append(found)
            defer { state.isOpening = true }
            return (nil, !state.isOpening)
        }
        if let desk { return found(.success(desk)) }
        if isFirst { Task { await openAll() } }
    }

    /// The same, answered on a loop; at once where it is open.
    package func find(
        _ name: String, on loop: any EventLoop,
        found: @escaping (Result<StoreDesk, StoreError>) -> Void
    ) {
        if let desk = self[name] { return found(.success(desk)) }
        let bound = LoopBound(found, on: loop)
        open(name) { result in bound.post { $0(result) } }
    }

    private func openAll() async {
        while let name = next() {
            let result: Result<StoreDesk, StoreError>
            do throws(StoreError) {
                let store = try await first.store.existingJournal(name)
                result = .success(StoreDesk(store, surroundings))
                surroundings.opened(store)
            } catch {
                surroundings.note(error)
                result = .failure(error.code == .notFound ? error.servedOnly : error)
            }
            let waiting = state.withLock { state in
                if case .success(let desk) = result { state.open[name] = desk }
                return state.waiting.removeValue(forKey: name) ?? []
            }
            for found in waiting { found(result) }
        }
    }

    private func next() -> String? {
        state.withLock { state in
            if state.queue.isEmpty {
                state.isOpening = false
                return nil
            }
            return state.queue.removeFirst()
        }
    }
}

extension StoreError {
    /// A journal that is not there, with what whoever asks a server can do about it.
    fileprivate var servedOnly: StoreError {
        with(
            remedy:
                "Name one of them. A server makes no journal: the first append or import does that names it and the "
                + "folder of the store, while the server is stopped.")
    }
}
