internal import DaybookGzip

/// How a file is compressed, as its first bytes say; its name does not count.
enum Compression: Sendable, Equatable {
    case none, gzip, zstd

    /// So many bytes tell.
    static let magicBytes = 4

    init(magic bytes: [UInt8]) {
        // A frame to be skipped, which zstd puts before others at times, has any of 16 first bytes.
        let isSkippable = bytes.first.map { $0 & 0xF0 == 0x50 } ?? false
        if bytes.starts(with: [0x1F, 0x8B]) {
            self = .gzip
        } else if bytes.starts(with: [0x28, 0xB5, 0x2F, 0xFD])
            || isSkippable && bytes.dropFirst().starts(with: [0x2A, 0x4D, 0x18])
        {
            self = .zstd
        } else {
            self = .none
        }
    }
}

/// Why compressed bytes cannot be read on.
struct CompressionError: Error, Equatable {
    let why: String

    static func truncated(_ name: String) -> Self {
        Self(why: "the \(name) data ends in the middle: the file was cut off")
    }
}

/// Turns compressed bytes into what they were.
enum Decoder {
    case none
    case gzip(GzipDecoder)
    case zstd(ZstdDecoder)

    init(_ compression: Compression) {
        switch compression {
        case .none: self = .none
        case .gzip: self = .gzip(GzipDecoder())
        case .zstd: self = .zstd(ZstdDecoder())
        }
    }

    /// The format that is in the middle of something.
    var unfinished: String? {
        switch self {
        case .none: nil
        case .gzip(let gzip): gzip.isInside ? "gzip" : nil
        case .zstd(let zstd): zstd.isInside ? "zstd" : nil
        }
    }
}
