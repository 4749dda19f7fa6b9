internal import Daybook

/// The first damage that some work came to and passed by, so that the rest of it is done. It is told at the end.
///
/// Damage is also what the device cannot read any more. That something cannot be written ends the work.
struct PassedDamage {
    private(set) var first: StoreError?

    /// Does a part of the work; nil where what that needs is damaged.
    /// - Throws: whatever but damage the part throws.
    mutating func pass<Result>(
        _ part: () throws(StoreError) -> Result
    ) throws(StoreError) -> Result? {
        do throws(StoreError) { return try part() } catch {
            if !error.isDamage { throw error }
            first = first ?? error
            return nil
        }
    }
}
