internal import DaybookBytes
internal import DaybookPlatform

/// A source from front to back, unpacked.
struct InputStream: ~Copyable {
    /// What is read at a time.
    static let chunkBytes = 1 << 18

    private let next: @Sendable () throws(Errno) -> [UInt8]
    private var chunk: [UInt8] = []
    private var at = 0
    private var isAtEnd = false
    private var decoder = Decoder.none
    /// Bytes of the source taken so far, as they stand in it.
    private(set) var sourceBytes = 0

    /// Reads the first bytes to learn how the source is compressed.
    init(_ next: @escaping @Sendable () throws(Errno) -> [UInt8]) throws(InputError) {
        self.next = next
        while chunk.count < Compression.magicBytes, !isAtEnd { try fetch() }
        decoder = Decoder(Compression(magic: chunk))
    }

    /// Fills `buffer` with what comes next, as much as is at hand; 0 at the end.
    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
        while true {
            if at == chunk.count, !isAtEnd { try fetch() }
            // The decoder is asked at the end too: it may still hold something back.
            let made = try unsafe decode(into: buffer)
            if made > 0 { return made }
            if at == chunk.count, isAtEnd {
                if let name = unfinished { throw .compression(.truncated(name)) }
                return 0
            }
        }
    }

    /// The format that is in the middle of something.
    private var unfinished: String? {
        switch decoder {
        case .none: nil
        case .gzip(let gzip): gzip.isInside ? "gzip" : nil
        case .zstd(let zstd): zstd.isInside ? "zstd" : nil
        }
    }

    private mutating func decode(
        into buffer: UnsafeMutableRawBufferPointer
    ) throws(InputError) -> Int {
        let chunk = chunk
        let rest = chunk.rawSpan.extracting(at..<chunk.count)
        let taken: Int
        let made: Int
        do throws(CompressionError) {
            switch decoder {
            case .none:
                taken = min(rest.byteCount, buffer.count)
                // Safe: both have room for that many, and they do not overlap.
                unsafe rest.extracting(0..<taken).withUnsafeBytes { source in
                    unsafe buffer.copyMemory(from: source)
                }
                made = taken
            case .gzip(let gzip):
                (taken, made) = try unsafe gzip.decode(rest, into: buffer)
            case .zstd(let zstd):
                (taken, made) = try unsafe zstd.decode(rest, into: buffer)
            }
        } catch {
            throw .compression(error)
        }
        at += taken
        return made
    }

    /// Goes on to the next piece of the source.
    private mutating func fetch() throws(InputError) {
        let more: [UInt8]
        do {
            more = try next()
        } catch {
            throw .system(error)
        }
        isAtEnd = more.isEmpty
        if at == chunk.count {
            chunk = more
            at = 0
        } else {
            chunk += more
        }
        sourceBytes += more.count
    }
}

/// Why a source cannot be read on.
enum InputError: Error, Equatable {
    case system(Errno)
    case compression(CompressionError)
    /// A line is longer than lines may be.
    case lineTooLong
    /// What was imported before stands there no more.
    case changed(why: String)
}
