import DaybookPlatform
import Foundation

/// Says over a socket what it is told to, and reads answers of HTTP/1.1. Its calls block: run them by `apart`.
final class RawClient: @unchecked Sendable {
    // Safe: a test makes one call after the other.
    private var unread: [UInt8] = []
    private let socket: Int32

    struct Refused: Error {}

    struct Answer: Sendable {
        let status: Int
        let head: String
        let body: String
    }

    /// Waiting for an answer ends after so long, with an error.
    private static let secondsMax = 60

    init(port: Int) throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var limit = timeval(tv_sec: Self.secondsMax, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_port = in_port_t(port).bigEndian
        place.sin_addr.s_addr = inet_addr("127.0.0.1")
        let answer = withUnsafePointer(to: &place) { place in
            place.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        if answer != 0 {
            close(socket)
            throw Refused()
        }
    }

    deinit { close(socket) }

    func send(_ text: String) {
        let bytes = Array(text.utf8)
        _ = Glibc.send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    /// Whether the server has closed the connection; waits until it has, or says something.
    func isClosed() -> Bool { unread.isEmpty && !fill() }

    /// The next answer, whose head says how long it is.
    func answer() throws -> Answer {
        let end = Array("\r\n\r\n".utf8)
        var length = 0
        while true {
            if let place = unread.firstRange(of: end) {
                length = place.upperBound
                break
            }
            if !fill() { throw Refused() }
        }
        let head = String(decoding: unread.prefix(length), as: UTF8.self)
        unread.removeFirst(length)
        let lines = head.lowercased().split(separator: "\r\n")
        let field = lines.first { $0.hasPrefix("content-length:") }
        let size = field.flatMap { Int($0.split(separator: " ").last ?? "") } ?? 0
        while unread.count < size { if !fill() { throw Refused() } }
        defer { unread.removeFirst(size) }
        return Answer(
            status: lines.first.flatMap { Int($0.split(separator: " ")[1]) } ?? 0, head: head,
            body: String(decoding: unread.prefix(size), as: UTF8.self))
    }

    func get(_ path: String) throws -> Answer {
        send("GET \(path) HTTP/1.1\r\nhost: localhost\r\n\r\n")
        return try answer()
    }

    private func fill() -> Bool {
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        let count = recv(socket, &piece, piece.count, 0)
        if count > 0 { unread += piece.prefix(count) }
        return count > 0
    }
}

/// Does what blocks away from the threads of the tests.
func apart<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result
{
    try await blockingThreads.get().run { try body() }
}

private let blockingThreads = Result { () throws(Errno) in try IOThreads(count: 8) }

extension Array where Element == UInt8 {
    fileprivate func firstRange(of other: [UInt8]) -> Range<Int>? {
        guard count >= other.count else { return nil }
        return (0...count - other.count).first { self[$0..<$0 + other.count].elementsEqual(other) }
            .map { $0..<$0 + other.count }
    }
}
