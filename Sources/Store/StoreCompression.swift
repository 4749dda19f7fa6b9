package import DaybookJournal

/// What the segments of a store are compressed with, once they are full. `DaybookCompression` has one: `.zstd`.
///
/// A program that uses none links no library for it.
public struct StoreCompression: Sendable {
    package let codec: any RecordCodec
    package init(_ codec: any RecordCodec) { self.codec = codec }
}
