internal import DaybookPlatform

extension Writer {
    /// What waits for the writing thread, and how that sleeps.
    struct Inbox {
        var work: [(PendingAppend, Facts)] = []
        var isClosing = false
        /// The thread sleeps until it is woken, or is about to: it saw nothing that has to be marked.
        var sleepsWithoutLimit = false
        /// It is to look again how long it may sleep.
        private(set) var isMarkWanted = false

        /// Why the thread goes on.
        enum Woken { case closing, work, markWanted, idle }

        mutating func takeAll() -> [(PendingAppend, Facts)] {
            defer { work = [] }
            return work
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
            return !work.isEmpty || isClosing || isMarkWanted
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
