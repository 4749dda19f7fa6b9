internal import CNGHTTP2
internal import DaybookBytes

extension HTTP2Session {
    /// Gives nghttp2 what came, but for heads that it would end the connection for.
    func take(_ bytes: borrowing RawSpan) {
        if headGuard == nil { return give(bytes) }
        var offset = 0
        while let step = headGuard?.next(in: bytes, from: &offset) {
            switch step {
            case .give(let range): give(bytes.extracting(range))
            case .giveInstead(let held, let shortened):
                heldSince = nil
                self.shortened = shortened
                give(held.rawSpan)
                self.shortened = nil
            case .end: turnAway("a head of HTTP/2 has more than 256 KiB")
            }
            if isBroken || isUnwelcome { return }
        }
        guard let held = headGuard?.heldBytes, held > 0 else { return heldHead.release() }
        if heldSince == nil { heldSince = now }
        if !heldHead.holds(held) {
            turnAway(HeldHead.tooMany)
        }
    }

    private func give(_ bytes: borrowing RawSpan) {
        // Safe: nghttp2 reads the bytes during the call.
        let taken = unsafe bytes.withUnsafeBytes { bytes in
            unsafe nghttp2_session_mem_recv(
                session, bytes.baseAddress!.assumingMemoryBound(to: UInt8.self), bytes.count)
        }
        if taken < 0 {
            isBroken = true
            if complaint == nil { complaint = FloodMeter.flood(of: taken).map { "too many " + $0 } }
        }
    }

    /// Ends the connection, as its peer asks too much.
    func turnAway(_ words: String) {
        complaint = words
        forgetHead()
        unsafe nghttp2_session_terminate_session(session, NGHTTP2_ENHANCE_YOUR_CALM.rawValue)
    }

    /// Gives the memory of a head back that will never be whole.
    func forgetHead() {
        headGuard = nil
        heldSince = nil
        heldHead.release()
    }
}
