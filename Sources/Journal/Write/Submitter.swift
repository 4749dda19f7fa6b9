internal import Synchronization

/// Whoever submits through it has its appends decided in the order of `submit`, though they are resolved side
/// by side.
package final class Submitter: Sendable {
    private let queue = Mutex(Queue())

    package init() {}

    /// Takes a place in the order.
    func enter(_ append: PendingAppend) {
        queue.withLock { $0.enter(append) }
    }

    /// Hears that one of its appends is resolved, or (without facts) has ended; hands on those whose turn it is
    /// now. `deliver` is called with the order held, so that nobody comes between.
    func resolved(
        _ append: PendingAppend, _ facts: Facts?, deliver: (PendingAppend, Facts) -> Void
    ) {
        queue.withLock { queue in
            queue.resolved(append, facts)
            while let (append, facts) = queue.takeResolved() { deliver(append, facts) }
        }
    }

    /// Appends whose facts were too old when they were decided, and those behind them, take their places in
    /// front again. `recall` takes back what had been handed on since.
    func putBack(_ appends: [PendingAppend], recall: () -> [PendingAppend]) -> [PendingAppend] {
        queue.withLock { queue in
            let all = appends + recall()
            queue.putBack(all)
            return all
        }
    }
}

extension Submitter {
    /// Appends that have not reached the writer, in their order.
    ///
    /// There may be as many as may be under way, and all come back where too much was decided meanwhile: what is done
    /// for each must not cost a walk over the others.
    private struct Queue {
        /// An append, with its facts once it is resolved; nil where it was handed on or has ended.
        private struct Place {
            var append: PendingAppend?
            var facts: Facts?
        }
        private var places: [Place] = []
        /// So many in front were handed on.
        private var taken = 0
        /// The number of the first place: an append knows its own.
        private var firstPlace = 0

        mutating func enter(_ append: PendingAppend) {
            append.place = firstPlace + places.count
            places.append(Place(append: append))
        }

        mutating func resolved(_ append: PendingAppend, _ facts: Facts?) {
            let index = append.place - firstPlace
            guard places.indices.contains(index), places[index].append === append else { return }
            if let facts { places[index].facts = facts } else { places[index].append = nil }
        }

        /// The next in the order, if it is resolved.
        mutating func takeResolved() -> (PendingAppend, Facts)? {
            while taken < places.count {
                let place = places[taken]
                guard let append = place.append else {
                    pass()
                    continue
                }
                guard let facts = place.facts else { return nil }
                pass()
                return (append, facts)
            }
            return nil
        }

        /// Lets go of the first: whoever submitted it may free it. The part already taken goes when it is the larger
        /// one: constant cost an append.
        private mutating func pass() {
            places[taken] = Place()
            taken += 1
            if taken * 2 > places.count {
                places.removeFirst(taken)
                firstPlace += taken
                taken = 0
            }
        }

        mutating func putBack(_ appends: [PendingAppend]) {
            places.replaceSubrange(..<taken, with: appends.map { Place(append: $0) })
            firstPlace += taken - appends.count
            taken = 0
            for (number, append) in appends.enumerated() { append.place = firstPlace + number }
        }
    }
}
