internal import DaybookGRPC
internal import Synchronization

/// The memory that the regular expressions of all readers may take together: an expression of a few bytes may be
/// compiled to a hundred times as many.
package final class PatternRoom: Sendable {
    /// Those of a thousand different readers that are not made to be large.
    package static let bytesMax = 64 << 20

    private let bytesMax: Int
    private let count = Atomic<Int>(0)

    init(bytesMax: Int) { self.bytesMax = bytesMax }

    /// Bytes taken.
    var bytes: Int { count.load(ordering: .relaxed) }

    /// - Throws: `resourceExhausted`.
    func take(_ bytes: Int) throws(GRPCStatus) {
        if count.wrappingAdd(bytes, ordering: .relaxed).newValue <= bytesMax { return }
        give(back: bytes)
        throw GRPCStatus(
            .resourceExhausted,
            "the regular expressions of all readers take more than \(bytesMax) bytes: use "
                + "prefixes, or the same expression as others")
    }

    func give(back bytes: Int) { count.wrappingSubtract(bytes, ordering: .relaxed) }
}
