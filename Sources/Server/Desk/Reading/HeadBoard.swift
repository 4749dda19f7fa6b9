package import Daybook
package import DaybookJournal

/// Who waits at the head, and for what: decides who is to be woken when something has come.
///
/// However many wait, of each thing that is waited for is asked once whether it is among what came; of streams that is
/// not asked at all, but looked up by the streams that something came to.
package struct HeadBoard<Waiter: Hashable> {
    private struct Group {
        var waiters: Set<Waiter> = []
        /// The first place at which one of them is to be woken in any case, at most.
        var wakeAt = Position.max

        mutating func add(_ waiter: Waiter, wakeAt: Position) {
            waiters.insert(waiter)
            self.wakeAt = min(self.wakeAt, wakeAt)
        }
    }

    private struct Wait {
        var interest: HeadInterest
        var wakeAt: Position
    }

    private var waits: [Waiter: Wait] = [:]
    private var groups: [HeadInterest: Group] = [:]
    /// Those of the groups that do not wait for one stream.
    private var asked: Set<HeadInterest> = []
    /// What came up to here was told.
    package private(set) var position: Position = 0

    package init() {}

    package var isEmpty: Bool { waits.isEmpty }

    /// Somebody waits, who has seen all up to a position.
    /// - Parameter wakeAt: where he is to be woken in any case, to tell how far was looked.
    package mutating func add(
        _ waiter: Waiter, for interest: HeadInterest, beyond position: Position,
        wakeAt: Position = .max
    ) {
        if waits.isEmpty { self.position = position }
        waits[waiter] = Wait(interest: interest, wakeAt: wakeAt)
        groups[interest, default: Group()].add(waiter, wakeAt: wakeAt)
        if case .stream = interest { return }
        asked.insert(interest)
    }

    package mutating func remove(_ waiter: Waiter) {
        guard let interest = waits.removeValue(forKey: waiter)?.interest else { return }
        groups[interest]?.waiters.remove(waiter)
        if groups[interest]?.waiters.isEmpty == true { forget(interest) }
    }

    /// Something has come, up to a position.
    /// - Parameters:
    ///   - streams: what it is of; nil where that is not known. Not asked for where nobody waits for a stream.
    ///   - isAmong: whether something that is waited for is among it; true where that is not known.
    /// - Returns: Who is to go on, and up to where there is nothing for him. He waits no longer.
    package mutating func told(
        upTo head: Position, streams: @autoclosure () -> Set<StreamHash>?,
        isAmong: (HeadInterest) -> Bool
    ) -> [(waiter: Waiter, behind: Position)] {
        let before = position
        position = head
        var woken: [(waiter: Waiter, behind: Position)] = []
        for interest in asked {
            if isAmong(interest) {
                wakeAll(interest, behind: before, &woken)
            } else if let group = groups[interest], group.wakeAt <= head {
                wakeDue(interest, at: head, &woken)
            }
        }
        if groups.count == asked.count { return woken }
        if let streams = streams() {
            for stream in streams { wakeAll(.stream(stream), behind: before, &woken) }
        } else {
            for interest in groups.keys where !asked.contains(interest) {
                wakeAll(interest, behind: before, &woken)
            }
        }
        return woken
    }

    /// Nothing will come any more, or what ends it is to be looked at: everybody goes on.
    package mutating func tellAll() -> [Waiter] {
        defer {
            waits = [:]
            groups = [:]
            asked = []
        }
        return Array(waits.keys)
    }

    private mutating func wakeAll(
        _ interest: HeadInterest, behind position: Position,
        _ woken: inout [(waiter: Waiter, behind: Position)]
    ) {
        guard let group = groups[interest] else { return }
        forget(interest)
        for waiter in group.waiters {
            waits[waiter] = nil
            woken.append((waiter, position))
        }
    }

    /// Those of a group that are to be woken although there is nothing for them.
    private mutating func wakeDue(
        _ interest: HeadInterest, at head: Position,
        _ woken: inout [(waiter: Waiter, behind: Position)]
    ) {
        guard let group = groups[interest] else { return }
        var next = Position.max
        for waiter in group.waiters {
            let wakeAt = waits[waiter]?.wakeAt ?? .max
            if wakeAt > head {
                next = min(next, wakeAt)
            } else {
                remove(waiter)
                woken.append((waiter, head))
            }
        }
        groups[interest]?.wakeAt = next
    }

    private mutating func forget(_ interest: HeadInterest) {
        groups[interest] = nil
        asked.remove(interest)
    }
}
