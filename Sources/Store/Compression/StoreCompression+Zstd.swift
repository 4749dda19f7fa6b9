public import DaybookStore

extension StoreCompression {
    /// zstd (RFC 8878), with a dictionary for each segment.
    public static let zstd = StoreCompression(ZstdCodec(level: 3))
}
