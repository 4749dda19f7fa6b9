internal import Daybook
internal import DaybookBytes
internal import DaybookPlatform
internal import Synchronization

/// What the compressed records of a segment are expanded by.
struct SegmentDictionary: Sendable {
    /// Nil: the header of the segment says it.
    fileprivate let known: SegmentHeader.Dictionary?
    let file: OpenFile
    let randomID: UInt64
    let generation: UInt32
    fileprivate let decoders: SegmentDecoders

    /// What expands its records; read when it is not at hand.
    /// - Throws: `corrupt` where the dictionary is damaged, `needsCompression`, `inputOutput`.
    func decoder(_ mode: ReadMode) throws(ReadFailure) -> any RecordDecoder {
        try decoders.decoder(of: self, mode)
    }

    /// Where it lies.
    /// - Throws: `corrupt`, `inputOutput`.
    func place(_ mode: ReadMode) throws(ReadFailure) -> SegmentHeader.Dictionary {
        if let known { return known }
        let bytes = try read(SegmentHeader.byteCount, at: 0, mode)
        guard let header = try? SegmentHeader(decoding: bytes.bytes), header.randomID == randomID,
            header.generation == generation, let place = header.dictionary
        else {
            throw .failed(
                .corrupt(
                    file.path, offset: 0, position: nil,
                    "it is not the segment that the manifest names"))
        }
        return place
    }

    private func read(
        _ count: Int, at offset: Int, _ mode: ReadMode
    ) throws(ReadFailure) -> SharedBytes {
        do throws(Errno) { return try file.read(count, at: offset, mode) } catch {
            if error == .EAGAIN && mode == .cachedOnly { throw .wouldBlock }
            throw .failed(.unreadable(file.path, offset: offset, error))
        }
    }

    /// The dictionary, verified.
    /// - Throws: `corrupt`, `inputOutput`.
    func bytes(_ mode: ReadMode) throws(ReadFailure) -> [UInt8] {
        let place = try place(mode)
        let read = try read(place.byteCount, at: place.offset, mode)
        let bytes = read.bytes
        guard bytes.byteCount == place.byteCount,
            SegmentHeader.Dictionary.checksum(of: bytes, segment: randomID) == place.checksum
        else {
            throw .failed(
                .corrupt(
                    file.path, offset: place.offset, position: nil,
                    "the checksum of the dictionary does not match its bytes"))
        }
        return bytes.copied()
    }
}

/// What expands the records of the segments of a journal: made when it is asked for, and of the segments that were read
/// last only so many are kept, however many there are.
final class SegmentDecoders: Sendable {
    private struct Key: Hashable {
        var randomID: UInt64
        var generation: UInt32
    }
    private struct Entry {
        var decoder: any RecordDecoder
        var lastUse: UInt64
    }
    private struct State {
        var entries: [Key: Entry] = [:]
        var uses: UInt64 = 0
    }

    /// Nil where the store was opened without.
    let codec: (any RecordCodec)?
    private let countMax: Int
    private let state = Mutex(State())

    init(_ codec: (any RecordCodec)?, countMax: Int) {
        self.codec = codec
        self.countMax = countMax
    }

    /// What the records of a segment are compressed by; nil where they are plain.
    func dictionary(_ header: SegmentHeader, _ file: OpenFile) -> SegmentDictionary? {
        header.dictionary.map {
            SegmentDictionary(
                known: $0, file: file, randomID: header.randomID, generation: header.generation,
                decoders: self)
        }
    }

    /// The same of a segment of which is known only what the manifest says.
    func dictionary(_ named: Manifest.Segment, _ file: OpenFile) -> SegmentDictionary {
        SegmentDictionary(
            known: nil, file: file, randomID: named.randomID, generation: named.generation,
            decoders: self)
    }

    fileprivate func decoder(
        of dictionary: SegmentDictionary, _ mode: ReadMode
    ) throws(ReadFailure) -> any RecordDecoder {
        let key = Key(randomID: dictionary.randomID, generation: dictionary.generation)
        let known = state.withLock { state -> (any RecordDecoder)? in
            state.uses += 1
            state.entries[key]?.lastUse = state.uses
            return state.entries[key]?.decoder
        }
        if let known { return known }
        guard let codec else { throw .failed(.needsCompression(dictionary.file.path)) }
        // Two threads that come at once both make it, which does no harm.
        guard let decoder = codec.decoder(try dictionary.bytes(mode)) else {
            throw .failed(
                .corrupt(
                    dictionary.file.path, offset: try dictionary.place(mode).offset, position: nil,
                    "it is no dictionary of this compression"))
        }
        state.withLock { state in
            if state.entries.count >= countMax,
                let oldest = state.entries.min(by: { $0.value.lastUse < $1.value.lastUse })
            {
                state.entries[oldest.key] = nil
            }
            state.entries[key] = Entry(decoder: decoder, lastUse: state.uses)
        }
        return decoder
    }

    /// How many are kept.
    var count: Int { state.withLock { $0.entries.count } }
}
