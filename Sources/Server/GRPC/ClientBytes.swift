package import DaybookHTTP
internal import Synchronization

/// Memory that all clients share, on all loops, and of which none may have all.
package final class ClientBytes: Sendable {
    private let kind: ConnectionBytes.Kind
    private let count = Atomic<Int>(0)
    /// Bytes that all may hold together.
    package let bytesMax: Int
    /// Bytes that one connection may hold: a quarter, so that others have room whatever it does; and no less than one
    /// request needs.
    package let connectionBytesMax: Int

    /// - Parameter requestBytesMax: What the largest request needs.
    package init(_ kind: ConnectionBytes.Kind, bytesMax: Int, requestBytesMax: Int) {
        self.kind = kind
        self.bytesMax = bytesMax
        connectionBytesMax = min(max(bytesMax / 4, requestBytesMax), bytesMax)
    }

    /// Counts bytes that a connection holds from now on, or no more where `change` is negative.
    /// - Returns: The limit that they are beyond, nil where there was room. They are counted in either case.
    package func add(_ change: Int, by connection: ConnectionBytes) -> Excess? {
        let own = connection.add(change, of: kind)
        let all = count.wrappingAdd(change, ordering: .relaxed).newValue
        if change <= 0 { return nil }
        if own > connectionBytesMax { return .ofConnection(bytesMax: connectionBytesMax) }
        return all > bytesMax ? .ofAll(bytesMax: bytesMax) : nil
    }

    /// A limit that was passed.
    package enum Excess: Hashable, Sendable {
        case ofConnection(bytesMax: Int)
        case ofAll(bytesMax: Int)

        /// The bytes that are allowed, in words that follow "more than".
        package var words: String {
            switch self {
            case .ofConnection(let bytesMax): "\(bytesMax) bytes on one connection"
            case .ofAll(let bytesMax): "\(bytesMax) bytes"
            }
        }
    }
}
