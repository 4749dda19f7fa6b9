internal import CPCRE2
internal import DaybookGRPC

/// A regular expression as KurrentDB's clients write them, with look-ahead.
@safe final class Pattern {
    /// The longest expression, in bytes: what it is compiled to grows with it.
    static let bytesMax = 16 << 10
    /// Steps of one match. A name has at most 1 KiB and takes far fewer, but an expression may be made to take more than
    /// there is time for, and all others on the loop would wait.
    static let stepsMax: UInt32 = 10_000
    /// Steps that are begun and not ended, of one match.
    static let depthMax: UInt32 = 1_000

    // Safe: made by `init`, freed by `deinit`, and used in between by one thread at a time.
    private let code: OpaquePointer
    private let match: OpaquePointer
    private let limits: OpaquePointer
    /// Bytes that it takes of its room.
    private let byteCount: Int
    private let room: PatternRoom

    /// - Throws: `invalidArgument` for what is no regular expression, with the place where it is none;
    ///   `resourceExhausted` where there is no room for it.
    static func compiled(_ text: String, in room: PatternRoom) throws(GRPCStatus) -> Pattern {
        if text.utf8.count > Self.bytesMax {
            throw .invalid("a regular expression has at most \(Self.bytesMax) bytes")
        }
        let code = unsafe try compiled(text)
        // Safe: the code is valid. What matches without just-in-time compilation matches slower, but as well.
        unsafe pcre2_jit_compile_8(code, UInt32(PCRE2_JIT_COMPLETE))
        let byteCount = unsafe size(of: code, PCRE2_INFO_SIZE) + size(of: code, PCRE2_INFO_JITSIZE)
        do throws(GRPCStatus) { try room.take(byteCount) } catch {
            unsafe pcre2_code_free_8(code)
            throw error
        }
        return unsafe Pattern(code, byteCount, of: room)
    }

    private init(_ code: OpaquePointer, _ byteCount: Int, of room: PatternRoom) {
        unsafe self.code = code
        self.byteCount = byteCount
        self.room = room
        guard let match = unsafe pcre2_match_data_create_8(1, nil),
            let limits = unsafe pcre2_match_context_create_8(nil)
        else { fatalError("there is no memory for a regular expression") }
        unsafe pcre2_set_match_limit_8(limits, Self.stepsMax)
        unsafe pcre2_set_depth_limit_8(limits, Self.depthMax)
        unsafe self.match = match
        unsafe self.limits = limits
    }

    deinit {
        // Safe: nobody else holds them.
        unsafe pcre2_match_context_free_8(limits)
        unsafe pcre2_match_data_free_8(match)
        unsafe pcre2_code_free_8(code)
        room.give(back: byteCount)
    }

    private static func size(of code: OpaquePointer, _ kind: Int32) -> Int {
        var bytes = 0
        // Safe: what is asked for is a number of this type.
        unsafe pcre2_pattern_info_8(code, UInt32(kind), &bytes)
        return bytes
    }

    /// - Throws: `invalidArgument` where it takes too many steps.
    func matches(_ name: RawSpan) throws(GRPCStatus) -> Bool {
        // Safe: the bytes are only read, during the call.
        let result = unsafe name.withUnsafeBytes { bytes in
            unsafe pcre2_match_8(
                code, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count, 0, 0,
                match, limits)
        }
        if result >= 0 { return true }
        if result == PCRE2_ERROR_NOMATCH { return false }
        throw .invalid(
            "the regular expression takes too long to match (error \(result) of PCRE2): make it "
                + "simpler")
    }

    private static func compiled(_ text: String) throws(GRPCStatus) -> OpaquePointer {
        var error: Int32 = 0
        var offset = 0
        // Clients write for .NET, whose `\w`, `\d`, `\s` and `\b` know all letters and digits there are.
        let options =
            PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C
        var text = text
        // Safe: the text is only read, during the call.
        let code = text.withUTF8 { bytes in
            unsafe pcre2_compile_8(
                bytes.baseAddress, bytes.count, UInt32(options), &error, &offset, nil)
        }
        if let code = unsafe code { return unsafe code }
        throw .invalid("the regular expression is wrong at byte \(offset): \(message(error))")
    }

    private static func message(_ error: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 256)
        // Safe: it writes at most so many bytes.
        let count = unsafe pcre2_get_error_message_8(error, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, Int(count))), as: UTF8.self)
    }
}
