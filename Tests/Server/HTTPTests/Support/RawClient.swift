import Glibc

/// A plain socket, as a client that does what it likes.
final class RawClient {
    private let descriptor: Int32

    /// - Parameter windowBytes: about as much is taken before it is received; nil: as much as the system likes.
    init(port: Int, windowBytes: Int32? = nil) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        if var size = windowBytes {
            setsockopt(
                descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let answer = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        precondition(answer == 0, "the server does not listen")
        // A test that waits for ever tells nothing.
        var limit = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    func send(_ text: String) { send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) {
        _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    /// Says that nothing more will be sent.
    func endSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// What comes next, empty at the end of the connection; nil where it is broken or nothing comes.
    func receive(upTo most: Int = 1 << 16) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: most)
        let count = recv(descriptor, &bytes, bytes.count, 0)
        return count < 0 ? nil : Array(bytes.prefix(count))
    }

    /// Reads until so many bytes have come, or the end of the connection.
    func receive(_ count: Int) -> String {
        var bytes: [UInt8] = []
        while bytes.count < count, let next = receive(), !next.isEmpty { bytes += next }
        return String(decoding: bytes, as: UTF8.self)
    }
}
