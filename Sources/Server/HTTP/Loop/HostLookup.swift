internal import CUV

extension Loop {
    /// Looks up the addresses of a host, in numbers and in the order in which they are to be tried, on a thread of
    /// libuv's; only on the loop. Those of an address in numbers are itself.
    /// - Parameter done: Hears them, at least one, or why there are none, in words.
    package func lookUp(
        _ host: String, _ done: @escaping (Result<[String], HostLookupError>) -> Void
    ) {
        if isAddress(host) || host == "localhost" {
            // This machine, whatever else its tables say (RFC 6761).
            let known = host == "localhost" ? ["127.0.0.1", "::1"] : [host]
            _ = after(milliseconds: 0) { done(.success(known)) }
        } else {
            HostLookup(done).begin(host, on: self)
        }
    }
}

/// Why a host has no address, in words.
package struct HostLookupError: Error, Hashable, Sendable {
    package let words: String
}

/// One question for the addresses of a host.
@safe private final class HostLookup {
    // Safe: allocated in init, freed in deinit; libuv is done with it when it calls back, and holds self until then.
    private let request: UnsafeMutablePointer<uv_getaddrinfo_t>
    private let done: (Result<[String], HostLookupError>) -> Void

    init(_ done: @escaping (Result<[String], HostLookupError>) -> Void) {
        self.done = done
        unsafe request = .allocate(capacity: 1)
    }

    deinit { unsafe request.deallocate() }

    func begin(_ host: String, on loop: Loop) {
        // Else each address would be named once for every kind of socket.
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        // Safe: given back by `hostLookedUp`, or here. libuv copies name and hints.
        let itself = unsafe Unmanaged.passRetained(self)
        unsafe request.pointee.data = itself.toOpaque()
        let answer = unsafe uv_getaddrinfo(loop.uv, request, hostLookedUp, host, nil, &hints)
        if answer == 0 { return }
        unsafe itself.release()
        _ = loop.after(milliseconds: 0) { unsafe self.end(answer, nil) }
    }

    func end(_ status: Int32, _ found: UnsafeMutablePointer<addrinfo>?) {
        defer { unsafe uv_freeaddrinfo(found) }
        guard status == 0 else {
            // Safe: libuv has a constant text for each of its errors.
            let words = unsafe String(cString: uv_strerror(status))
            return done(.failure(HostLookupError(words: words)))
        }
        var addresses: [String] = []
        var next = unsafe found
        // Safe: the list is libuv's until it is given back.
        while let entry = unsafe next {
            if let text = unsafe hostText(entry.pointee.ai_addr), !addresses.contains(text) {
                addresses.append(text)
            }
            unsafe next = entry.pointee.ai_next
        }
        if addresses.isEmpty {
            return done(.failure(HostLookupError(words: "it has no address")))
        }
        done(.success(addresses))
    }
}

private nonisolated func hostLookedUp(
    _ request: UnsafeMutablePointer<uv_getaddrinfo_t>?, _ status: Int32,
    _ found: UnsafeMutablePointer<addrinfo>?
) {
    // Safe: takes back the reference that `begin` gave.
    unsafe Unmanaged<HostLookup>.fromOpaque(request!.pointee.data).takeRetainedValue()
        .end(status, found)
}
