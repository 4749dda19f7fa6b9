package import Daybook

/// What a soft deletion did to a stream, or metadata that truncate all of it.
package struct SoftDeletion: Sendable {
    /// The metadata that the stream had, or these; empty where it had none.
    package let metadata: [UInt8]
    /// The revision that the next event had: those before it are deleted.
    package let next: Revision
    /// Whether nothing was appended since.
    package let isInForce: Bool
}
