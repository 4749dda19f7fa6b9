internal import DaybookPlatform
internal import Synchronization

extension SimulatedDisk {
    /// A disk that a power cut now may leave.
    ///
    /// All on it is durable, nothing is open, no fault is planned.
    ///
    /// Of each file that was not synced, any sectors may be written, in any of the versions they had; of
    /// each name that was not synced, the change may have happened. A file whose name is not durable is
    /// lost, however well it was synced.
    public func afterCrash(seed: UInt64, names order: NameOrder = .any) -> SimulatedDisk {
        let chance = SeededRandomness(seed: seed)
        return image { state in
            let names = state.names.afterCrash(order, chance)
            // In the order of their numbers: that of a dictionary differs from run to run.
            let found = Set(names.files().map(\.file)).sorted().map { file in
                (file, SimulatedFile(durable: state.files[file]!.afterCrash(chance)))
            }
            return (SimulatedNames(durable: names), Dictionary(uniqueKeysWithValues: found))
        }
    }

    /// The disk after a power cut that kept what was synced and nothing else.
    public func afterPowerCutLosingAllUnsynced() -> SimulatedDisk {
        image { state in
            let names = state.names.durable
            let found = Set(names.files().map(\.file)).map { file in
                (file, SimulatedFile(durable: state.files[file]!.durable))
            }
            return (SimulatedNames(durable: names), Dictionary(uniqueKeysWithValues: found))
        }
    }

    /// The disk after the end of the process alone: all that was written is there, files are
    /// closed, locks are gone.
    ///
    /// What was not synced is no more durable than before; what only open files kept is lost.
    public func afterProcessKill() -> SimulatedDisk {
        image { state in
            (state.names, state.files.filter { state.names.mayReach($0.key) })
        }
    }

    private func image(
        _ survivors: (State) -> (names: SimulatedNames, files: [Int: SimulatedFile])
    ) -> SimulatedDisk {
        let before = state.withLock { $0 }
        var after = State()
        (after.names, after.files) = survivors(before)
        after.lastNumber = before.lastNumber
        after.capacityBytes = before.capacityBytes
        after.servesCachedReads = before.servesCachedReads
        return SimulatedDisk(after)
    }
}
