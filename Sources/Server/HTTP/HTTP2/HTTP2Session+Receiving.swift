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
            case .end:
                turnAway(Complaint(.tooMuch, "a head of HTTP/2 has more than 256 KiB"))
            }
            if isBroken || isUnwelcome { return }
        }
        guard let held = headGuard?.heldBytes, held > 0 else { return heldHead.release() }
        if heldSince == nil { heldSince = now }
        if !heldHead.holds(held) {
            turnAway(Complaint(.tooMuch, HeldHead.tooMany))
        }
    }

    private func give(_ bytes: borrowing RawSpan) {
        // Safe: nghttp2 reads the bytes during the call.
        let taken = unsafe bytes.withUnsafeBytes { bytes in
            unsafe nghttp2_session_mem_recv(
                session, bytes.baseAddress!.assumingMemoryBound(to: UInt8.self), bytes.count)
        }
        if taken >= 0 { return }
        if let flood = FloodMeter.flood(of: taken) {
            turnAway(Complaint(.tooMuch, "too many " + flood))
        } else if Int32(taken) == NGHTTP2_ERR_BAD_CLIENT_MAGIC.rawValue {
            turnAway(Complaint(.unreadable, "HTTP/2: it does not begin as a connection does"))
        } else {
            breakDown(taken)
        }
    }

    /// Ends the connection with a word to its peer; what else waits to be sent is not.
    func turnAway(_ complaint: Complaint) {
        if isUnwelcome { return }
        self.complaint = complaint
        headSince = nil
        forgetHead()
        unsafe nghttp2_session_terminate_session(session, complaint.cause.code.rawValue)
    }

    func leave(_ complaint: Complaint) {
        if isBroken { return }
        turnAway(complaint)
        outlet.hasOutput()
    }

    /// nghttp2 has noticed that the peer breaks the rules, and has said so to it.
    func hasRefused(because reason: String) {
        if complaint == nil { complaint = Complaint(.unreadable, "HTTP/2: " + reason) }
    }

    /// nghttp2 cannot go on, as it does without memory.
    func breakDown(_ answer: Int) {
        isBroken = true
        // Safe: nghttp2 has a constant text for each of its errors.
        let reason = unsafe String(cString: nghttp2_strerror(Int32(answer)))
        if complaint == nil { complaint = Complaint(.failure, "HTTP/2: " + reason) }
    }

    /// Gives the memory of a head back that will never be whole.
    func forgetHead() {
        headGuard = nil
        heldSince = nil
        heldHead.release()
    }
}

extension Complaint.Cause {
    /// How HTTP/2 calls it.
    fileprivate var code: nghttp2_error_code {
        switch self {
        case .tooMuch, .tooSlow: NGHTTP2_ENHANCE_YOUR_CALM
        case .unreadable: NGHTTP2_PROTOCOL_ERROR
        case .silent, .idle: NGHTTP2_NO_ERROR
        case .failure: NGHTTP2_INTERNAL_ERROR
        }
    }
}
