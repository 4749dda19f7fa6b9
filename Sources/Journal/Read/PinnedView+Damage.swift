package import Daybook
package import DaybookPlatform

// Damage ends a batch before it: what is whole is served, and the next batch begins with what is not.

extension PinnedView {
    /// As many of the first of some events as are whole, at least one.
    ///
    /// Where all cannot be read, the first that cannot is found by halving: a sector that the device refuses does not
    /// say which events lie in it, and each try at one may take seconds.
    /// - Parameters:
    ///   - count: so many are wanted.
    ///   - read: reads so many, or as many of them as fit into a batch.
    /// - Throws: what is wrong with the first one.
    func beforeDamage(
        _ count: Int, _ read: (Int) throws(ReadFailure) -> EventBatch
    ) throws(ReadFailure) -> EventBatch {
        do throws(ReadFailure) { return try read(count) } catch {
            guard count > 1, error.isDamage else { throw error }
        }
        var whole = try read(1)
        // So many can be read, and so many cannot.
        var (good, bad) = (1, count)
        while good + 1 < bad {
            let middle = good + (bad - good) / 2
            do throws(ReadFailure) {
                whole = try read(middle)
                good = middle
            } catch {
                guard error.isDamage else { throw error }
                bad = middle
            }
        }
        return whole
    }

    /// The first of some events, one behind the other, that is whole.
    /// - Returns: nil where none of them is.
    /// - Throws: what is wrong with them where they are too many to look at each.
    package func firstWhole(
        _ positions: Range<Position>, _ mode: ReadMode
    ) throws(ReadFailure) -> EventBatch? {
        for position in positions {
            do throws(ReadFailure) { return try batch(at: [position], mode) } catch {
                let isEnough = position - positions.lowerBound >= Self.passedMax
                guard error.isDamage, !isEnough else { throw error }
            }
        }
        return nil
    }

    /// So many damaged events are passed by where the time of one nearby is looked for.
    private static let passedMax: Position = 64
}

extension ReadFailure {
    /// Whether something that was recorded is not there any more, or cannot be read.
    var isDamage: Bool {
        guard case .failed(let error) = self else { return false }
        return error.isDamage
    }
}
