internal import DaybookPlatform

extension Writer {
    /// What waits for the writing thread, and how that sleeps.
    struct Inbox {
        private(set) var work: [(PendingAppend, Facts)] = []
        private var eventCount = 0
        /// Events of the work that was taken last.
        private var takenCount = 0
        var isClosing = false
        /// Something was written that is not synced yet: what is written now waits for the sync after that.
        var isSyncing = false
        /// The thread sleeps until it is woken, or is about to: it saw nothing that has to be marked.
        var sleepsWithoutLimit = false
        /// It is to look again how long it may sleep.
        private(set) var isMarkWanted = false

        /// Why the thread goes on.
        enum Woken { case closing, work, markWanted, idle }

        mutating func add(_ append: PendingAppend, _ facts: Facts) {
            work.append((append, facts))
            eventCount += append.encoded.eventCount
        }

        mutating func takeAll() -> [(PendingAppend, Facts)] {
            defer {
                takenCount = eventCount
                work = []
                eventCount = 0
            }
            return work
        }

        /// Takes back what waits of one submitter.
        mutating func recall(_ submitter: Submitter) -> [PendingAppend] {
            let recalled = work.filter { $0.0.submitter === submitter }.map(\.0)
            work.removeAll { $0.0.submitter === submitter }
            for append in recalled { eventCount -= append.encoded.eventCount }
            return recalled
        }

        /// Whether what waits is to be written now: nothing is being synced, or it has half as many events as what was
        /// written last. Fewer wait until they can be synced themselves: a write of its own for each small append costs
        /// more than deciding it, and where all waited, nothing would be decided during a sync.
        var isReady: Bool {
            !work.isEmpty && (!isSyncing || eventCount * 2 >= takenCount)
        }

        /// Says that something was written; whether the thread has to be woken for it. Else it would never be marked.
        mutating func wantMark() -> Bool {
            if !sleepsWithoutLimit { return false }
            sleepsWithoutLimit = false
            isMarkWanted = true
            return true
        }

        /// - Parameter hasLimit: the thread sleeps with a limit, and comes to what is written meanwhile by itself.
        mutating func isToWake(hasLimit: Bool) -> Bool {
            if hasLimit { endSleep() }
            return isReady || isClosing || isMarkWanted
        }

        mutating func wake() -> Woken {
            let isMarkWanted = isMarkWanted
            endSleep()
            if !work.isEmpty { return .work }
            if isClosing { return .closing }
            return isMarkWanted ? .markWanted : .idle
        }

        private mutating func endSleep() {
            sleepsWithoutLimit = false
            isMarkWanted = false
        }
    }
}
