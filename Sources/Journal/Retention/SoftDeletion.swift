package import Daybook

/// What a soft deletion did to a stream.
package struct SoftDeletion: Sendable {
    /// The metadata that the stream had; empty where it had none.
    package let metadata: [UInt8]
    /// The revision of the next event: those before it are deleted.
    package let next: Revision
    /// Whether the stream is deleted since.
    package let isInForce: Bool
}
