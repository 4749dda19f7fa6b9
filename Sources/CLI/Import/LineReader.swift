internal import DaybookBytes

/// The lines of a source, and a digest of all that was taken from it.
@safe struct LineReader: ~Copyable {
    /// The longest line. An event of 16 MiB, its data in Base64 and its metadata escaped, fits.
    static let lineBytesMax = 64 << 20

    private var input: InputStream
    private var digest = Digest(.sha256)
    // Safe: allocated in init, freed in deinit, and this value cannot be copied. Filled up to
    // `end`.
    private var memory: UnsafeMutableRawBufferPointer
    private var end = 0
    /// What stands before this is in the digest.
    private var digested = 0
    /// Where the next line begins.
    private var next = 0
    /// The line that was taken last, without its end.
    private var present = 0..<0
    private var isAtEnd = false
    /// What was taken last did not end with a line break, so the rest of that line follows.
    private var isInsideLine = false

    /// Bytes taken, unpacked.
    private(set) var bytes = 0
    /// Lines taken; the number of the present one.
    private(set) var lines = 0

    init(_ input: consuming InputStream) {
        self.input = input
        unsafe memory = .allocate(byteCount: 1 << 20, alignment: 16)
    }

    deinit { unsafe memory.deallocate() }

    /// Bytes of the source as they stand in it.
    var sourceBytes: Int { input.sourceBytes }

    /// The present line, without what ends it.
    var line: RawSpan {
        @_lifetime(borrow self)
        borrowing get { span(present) }
    }

    /// Whether there is nothing in the present line but white space.
    var isBlank: Bool {
        line.firstIndex { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D } == nil
    }

    /// Where a look for the next line led.
    enum Step { case line, end, pause }

    /// Goes to the next line.
    /// - Parameter patience: milliseconds to wait where the source gives nothing for the moment, which
    ///   then is a `.pause`; nil: until it gives something.
    mutating func advance(patience: Int? = nil) throws(InputError) -> Step {
        if isInsideLine { try finishLine() }
        return try take(patience)
    }

    /// How far the source was taken.
    mutating func token() -> ImportToken {
        feedDigest()
        return ImportToken(bytes: bytes, lines: lines, digest: digest.value())
    }

    /// The same without the present line.
    mutating func tokenBeforeLine() -> ImportToken {
        let (taken, takenBytes) = (next, bytes)
        (next, bytes, lines) = (present.lowerBound, bytes - (next - present.lowerBound), lines - 1)
        defer { (next, bytes, lines) = (taken, takenBytes, lines + 1) }
        return token()
    }

    /// Takes what was imported before, at most so many bytes of it at a time; true when all of it
    /// was taken and was the same.
    mutating func skip(to token: ImportToken, bytesMax: Int) throws(InputError) -> Bool {
        let goal = min(token.bytes, bytes + bytesMax)
        while bytes < goal {
            if next == end { try fill() }
            guard next < end else {
                throw .changed(
                    why: "it has only \(bytes) of the \(token.bytes) bytes imported before")
            }
            let count = min(end - next, goal - bytes)
            next += count
            bytes += count
            isInsideLine = span(next - 1..<next).u8(at: 0) != UInt8(ascii: "\n")
        }
        if bytes < token.bytes { return false }
        feedDigest()
        guard digest.value() == token.digest else {
            throw .changed(why: "its first \(token.bytes) bytes are not those imported before")
        }
        lines = token.lines
        return true
    }

    /// The last line imported had no end then; by now only its end may have been added.
    private mutating func finishLine() throws(InputError) {
        isInsideLine = false
        let number = lines
        guard try take(nil) == .line else { return }
        lines = number
        guard isBlank else {
            throw .changed(why: "line \(number) has grown since it was imported")
        }
    }

    private mutating func take(_ patience: Int?) throws(InputError) -> Step {
        var searched = next
        while true {
            if let found = span(searched..<end).firstIndex(of: UInt8(ascii: "\n")) {
                finish(searched + found, endedBy: 1)
                return .line
            }
            if isAtEnd { break }
            if let patience, !input.isReady(withinMilliseconds: patience) { return .pause }
            guard end - next <= Self.lineBytesMax else { throw .lineTooLong }
            let unsearched = end - next
            try fill()
            searched = next + unsearched
        }
        if next == end { return .end }
        finish(end, endedBy: 0)
        return .line
    }

    private mutating func finish(_ lineEnd: Int, endedBy endBytes: Int) {
        present = next..<lineEnd
        bytes += lineEnd + endBytes - next
        next = lineEnd + endBytes
        lines += 1
    }

    /// Gets more behind what is there, which moves to the front.
    private mutating func fill() throws(InputError) {
        feedDigest()
        if next > 0 {
            // Safe: both ranges lie in what is filled; copyMemory bears overlap.
            let rest = unsafe UnsafeRawBufferPointer(rebasing: memory[next..<end])
            unsafe memory.copyMemory(from: rest)
            end -= next
            next = 0
            digested = 0
            present = 0..<0
        }
        if unsafe end == memory.count { grow() }
        let count = try unsafe input.read(
            into: UnsafeMutableRawBufferPointer(rebasing: memory[end...]))
        end += count
        isAtEnd = count == 0
    }

    private mutating func grow() {
        let old = unsafe memory
        unsafe memory = .allocate(byteCount: old.count * 2, alignment: 16)
        unsafe memory.copyMemory(from: UnsafeRawBufferPointer(old))
        unsafe old.deallocate()
    }

    private mutating func feedDigest() {
        if digested == next { return }
        // Safe: the range is filled. A span of self would keep the digest from being changed.
        unsafe digest.update(
            RawSpan(_unsafeBytes: UnsafeRawBufferPointer(rebasing: memory[digested..<next])))
        digested = next
    }

    @_lifetime(borrow self)
    private borrowing func span(_ range: Range<Int>) -> RawSpan {
        precondition(range.upperBound <= end, "only what is filled is read")
        // Safe: checked, and the span borrows self, so nothing is filled meanwhile.
        let span = unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(rebasing: memory[range]))
        return unsafe _overrideLifetime(span, borrowing: self)
    }
}

extension RawSpan {
    /// Where the byte stands first, eight at a time.
    func firstIndex(of byte: UInt8) -> Int? {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let pattern = ones &* UInt64(byte)
        var at = 0
        while at &+ 8 <= byteCount {
            let word = u64(at: at) ^ pattern
            // The lowest set bit lies in the first byte that is equal; bits above it may lie.
            let found = (word &- ones) & ~word & (ones &<< 7)
            if found != 0 { return at &+ found.trailingZeroBitCount &>> 3 }
            at &+= 8
        }
        while at < byteCount {
            if u8(at: at) == byte { return at }
            at += 1
        }
        return nil
    }

    /// Where the first such byte stands.
    func firstIndex(where matches: (UInt8) -> Bool) -> Int? {
        var at = 0
        while at < byteCount {
            if matches(u8(at: at)) { return at }
            at += 1
        }
        return nil
    }
}
