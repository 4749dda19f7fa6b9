internal import Daybook
internal import DaybookPlatform
internal import Synchronization

/// What whoever writes a journal holds: the lock of the store, which the journals of one process share, and that
/// of the journal itself. By the first one process writes to a store; the second tells readers whether this
/// journal has a writer, or only another one beside it.
final class JournalLock: Sendable {
    private struct Held {
        var store: FileLock
        var journal: FileLock
    }

    private let held: Mutex<Held?>

    private init(_ store: FileLock, _ journal: FileLock) {
        held = Mutex(Held(store: store, journal: journal))
    }

    /// Takes the locks. The folder of the journal is made, and its name made durable, also where it can be seen:
    /// whoever made it may have ended before that.
    /// - Parameters:
    ///   - other: a journal that this process writes: its lock of the store is shared.
    ///   - made: what is removed again where the journal cannot be locked, because it was not there.
    /// - Throws: `locked`, `diskFull`, `readOnly`, `inputOutput`.
    static func take(
        _ environment: JournalEnvironment, _ paths: JournalPaths, beside other: JournalLock?,
        making made: [String] = []
    ) throws(StoreError) -> JournalLock {
        let shared = other?.held.withLock { $0?.store }
        let store: FileLock
        if let shared {
            store = shared
        } else {
            store = try FileLock.take(environment, JournalPaths.storeLock)
        }
        do throws(StoreError) {
            do throws(Errno) { try environment.disk.createDirectories(paths.segments) } catch {
                throw .inputOutput("The store cannot be opened for writing", paths.folder, error)
            }
            return JournalLock(store, try FileLock.take(environment, paths.lock))
        } catch {
            environment.disk.unmake(made)
            throw error
        }
    }

    /// Gives both back; the lock of the store is free when no other journal shares it.
    func release() { held.withLock { $0 = nil } }

    /// Whether somebody writes the journal.
    static func isHeld(_ disk: any Disk, _ paths: JournalPaths) -> Bool {
        FileLock.isHeld(disk, paths.lock)
    }
}

extension Disk {
    /// Removes what was made for a journal that came to nothing, the last first: by whoever holds the lock of the store,
    /// which goes last. What somebody else has put there meanwhile stays, and all around it.
    func unmake(_ made: [String]) {
        for path in made.reversed() {
            do throws(Errno) { try remove(path) } catch {
                if error != .ENOENT { return }
            }
        }
    }
}
