package import Daybook
internal import Synchronization

/// Something of the store's that takes a thread and a while to find out, however many ask: one finding at a time, and those
/// who ask meanwhile are told the next. So nobody is told what was so before they asked.
package final class SharedFinding<Value: Sendable>: Sendable {
    package typealias Told = @Sendable (Result<Value, StoreError>) -> Void

    private struct State {
        var waiting: [Told] = []
        var isFinding = false
    }

    private let find: @Sendable () async throws(StoreError) -> Value
    private let note: @Sendable (StoreError) -> Void
    private let state = Mutex(State())

    /// - Parameter note: told of what fails, once for all who asked.
    init(
        note: @escaping @Sendable (StoreError) -> Void,
        find: @escaping @Sendable () async throws(StoreError) -> Value
    ) {
        self.note = note
        self.find = find
    }

    /// - Parameter told: called once, on another thread.
    package func ask(told: @escaping Told) {
        let isFirst = state.withLock { state in
            state.waiting.append(told)
            defer { state.isFinding = true }
            return !state.isFinding
        }
        if isFirst { Task { await run() } }
    }

    private func run() async {
        while let waiting = next() {
            let result: Result<Value, StoreError>
            do throws(StoreError) { result = .success(try await find()) } catch {
                note(error)
                result = .failure(error)
            }
            for told in waiting { told(result) }
        }
    }

    private func next() -> [Told]? {
        state.withLock { state in
            if state.waiting.isEmpty {
                state.isFinding = false
                return nil
            }
            defer { state.waiting = [] }
            return state.waiting
        }
    }
}
