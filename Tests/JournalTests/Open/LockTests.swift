import Daybook
import DaybookPlatform
import DaybookSimulation
import Testing

@testable import DaybookJournal

/// Who may open a store, and for what.
@Suite struct LockTests {
    @Test func `A second writer is refused and told who holds the store`() throws {
        let disk = SimulatedDisk()
        let first = try World(disk).open(process: 4711)
        try first.append("one", to: "account-1")
        let error = #expect(throws: StoreError.self) {
            try World(disk, seed: 2).open(process: 4712)
        }
        #expect(error?.code == .locked)
        #expect(error?.why.contains("4711") == true)
        #expect(error?.place == "LOCK")
        try first.append("two", to: "account-1")
        first.close()
        let second = try World(disk, seed: 3).open(process: 4712)
        #expect(try second.readAll().map(\.text) == ["one", "two"])
    }

    @Test func `A refused opening leaves the lock free`() throws {
        let disk = SimulatedDisk()
        let journal = try World(disk).open()
        try journal.append("one", to: "account-1")
        journal.close()
        disk.plan = .fail(at: 1, with: .EIO, only: [.read], path: "segments/")
        let error = #expect(throws: StoreError.self) { try World(disk, seed: 2).open() }
        #expect(error?.code == .inputOutput)
        disk.plan = .none
        #expect(try World(disk, seed: 3).open().readAll().count == 1)
    }

    @Test func `A lock that was removed before it was taken is none`() throws {
        let base = SimulatedDisk()
        let disk = WatchedDisk(base, tellsOf: [.lock])
        // As whoever held it does, where all that it had made came to nothing.
        disk.onCall { _ in try? base.remove(JournalPaths.storeLock) }
        var environment = World(base).environment()
        environment.disk = disk
        let paths = JournalPaths(name: "main")
        let error = #expect(throws: StoreError.self) {
            try JournalLock.take(environment, paths, beside: nil)
        }
        #expect(error?.code == .locked)
        disk.onCall(nil)
        try JournalLock.take(environment, paths, beside: nil).release()
    }

    @Test func `A lock in whose place another one is held since is none`() throws {
        let base = SimulatedDisk()
        let disk = WatchedDisk(base, tellsOf: [.lock])
        // One removes the file, and the next makes and locks it, between another's opening and locking.
        disk.onCall { _ in
            try? base.remove(JournalPaths.storeLock)
            let next = try? base.open(JournalPaths.storeLock, .createNew)
            #expect(next.map { (try? base.lock($0)) == true } == true)
        }
        var environment = World(base).environment()
        environment.disk = disk
        let error = #expect(throws: StoreError.self) {
            try JournalLock.take(environment, JournalPaths(name: "main"), beside: nil)
        }
        #expect(error?.code == .locked)
    }

    @Test func `On a disk that cannot be written a store is opened for reading only`() throws {
        let disk = SimulatedDisk()
        let journal = try World(disk).open()
        try journal.append("one", to: "account-1")
        journal.close()
        let calls = Set<DiskCall.Kind>.changes
        disk.plan = .fail(at: 1, with: .EROFS, .forEver, only: calls)
        let error = #expect(throws: StoreError.self) { try World(disk, seed: 2).open() }
        #expect(error?.code == .readOnly)
        let reader = try World(disk, seed: 3).openReadOnly()
        #expect(try reader.readAll().map(\.text) == ["one"])
        #expect(!reader.isWritable)
        let answer = try reader.submit(Append([Event(type: "noted")], to: "account-1"))
        #expect(answer.code == .readOnly)
    }

    @Test func `Reading changes nothing on the disk, closed in order or not`() throws {
        for ending in SmallStore.Ending.allCases {
            let store = try SmallStore(ending)
            let before = try store.disk.contents()
            store.disk.plan = .fail(
                at: 1, with: .EIO, .forEver, only: .changes.union(Set<DiskCall.Kind>.syncs))
            let reader = try World(store.disk, options: .small).openReadOnly()
            #expect(try reader.readAll().count >= store.scan.events.count - 1)
            reader.close()
            #expect(store.disk.faultCount == 0)
            #expect(try store.disk.contents() == before)
        }
    }

    @Test func `A closed journal takes nothing more`() throws {
        let journal = try World(SimulatedDisk()).open()
        try journal.append("one", to: "account-1")
        let waiting = try journal.submit(Append([Event(type: "noted")], to: "account-1"))
        journal.close()
        #expect(waiting.appended?.lastPosition == 2, "what was submitted before is answered")
        let late = try journal.submit(Append([Event(type: "noted")], to: "account-1"))
        #expect(late.code == .closed)
        journal.close()
    }
}
