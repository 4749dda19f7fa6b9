internal import DaybookBytes
internal import DaybookGzip
internal import DaybookPlatform

/// A source from front to back, unpacked.
struct InputStream: ~Copyable {
    private let source: any ByteSource
    private var chunk: [UInt8] = []
    private var at = 0
    private var isAtEnd = false
    /// Nil until the first bytes have told how the source is compressed.
    private var decoder: Decoder?
    /// Bytes of the source taken so far, as they stand in it.
    private(set) var sourceBytes = 0

    init(_ source: any ByteSource) { self.source = source }

    /// Whether there is more to read, or the end, after waiting for that at most so long.
    func isReady(withinMilliseconds limit: Int) -> Bool {
        at < chunk.count || isAtEnd || source.isReady(withinMilliseconds: limit)
    }

    /// Fills `buffer` with what comes next, as much as is at hand; 0 at the end.
    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
        let decoder = try knownDecoder()
        while true {
            if at == chunk.count, !isAtEnd { try fetch() }
            // The decoder is asked at the end too: it may still hold something back.
            let made = try unsafe decode(decoder, into: buffer)
            if made > 0 { return made }
            if at == chunk.count, isAtEnd {
                if let name = decoder.unfinished { throw .compression(.truncated(name)) }
                return 0
            }
        }
    }

    private mutating func knownDecoder() throws(InputError) -> Decoder {
        if let decoder { return decoder }
        while chunk.count < Compression.magicBytes, !isAtEnd { try fetch() }
        let known = Decoder(Compression(magic: chunk))
        decoder = known
        return known
    }

    private mutating func decode(
        _ decoder: Decoder, into buffer: UnsafeMutableRawBufferPointer
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
                do throws(GzipError) {
                    (taken, made) = try unsafe gzip.decode(rest, into: buffer)
                } catch {
                    throw CompressionError(why: error.why)
                }
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
            more = try source.next()
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
